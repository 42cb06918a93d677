using System.Net.Sockets;
using MailKit.Net.Smtp;
using Microsoft.Data.Sqlite;
using MimeKit;
using Npgsql;

namespace OneTimeJwt.Web.Tests.Database;

public sealed class LoggableExceptionTests
{
    private const string Secret = "ada.lovelace@example.com";
    private const string Token = "eyJhbGciOiJIUzI1NiIsInR5cCI6Im90dCtqd3QifQ.eyJzdWIiOiIxIn0xxxxxxxx.c2lnbmF0dXJlLW9mLWl0";

    public static TheoryData<string, bool> Faults => new(Made.Select(made => (made.Key, made.Value.IsUnexpected)));

    private static Dictionary<string, (Exception Fault, bool IsUnexpected)> Made { get; } =
        new()
        {
            ["the database is away"] = (new NpgsqlException(Secret, new SocketException(111)), false),
            ["the database is busy"] = (new DbUpdateException(Secret, new SqliteException(Secret, 5)), false),
            ["no answer in time"] = (new TimeoutException(Secret), false),
            ["cancelled"] = (new OperationCanceledException(Secret), false),
            ["a row that the database refuses"] = (
                new DbUpdateException("not saved", new PostgresException($"Key ({Secret}) exists", "ERROR", "ERROR", "23505")),
                true),
            ["a trigger that quotes a row"] = (new DbUpdateException("not saved", new SqliteException($"no {Secret}", 19, 1811)), true),
            ["a mail server that quotes the address"] = (
                new SmtpCommandException(
                    SmtpErrorCode.RecipientNotAccepted,
                    SmtpStatusCode.MailboxUnavailable,
                    new MailboxAddress("", Secret),
                    $"no {Secret}"),
                true),
            ["a fault of the app with an address"] = (new InvalidOperationException($"The address <{Secret}>, of an account"), true),
            ["a fault of the app with a link"] = (
                new ArgumentException($"Not a link: https://example.com/reset-password?token={Token}"),
                true),
            ["several"] = (new AggregateException(new InvalidOperationException(Secret), new KeyNotFoundException(Token)), true),
        };

    [Theory]
    [MemberData(nameof(Faults))]
    public void What_is_unexpected_is_logged_with_all_stack_traces_and_without_what_its_messages_quote(string name, bool isUnexpected)
    {
        var fault = Assert.ThrowsAny<Exception>(() => Throw(Made[name].Fault));

        var logged = LoggableException.IfUnexpected(fault);

        Assert.Equal(isUnexpected, logged is not null);
        Assert.All(new[] { $"{logged}", logged?.Message ?? "", LoggableException.NameOf(fault) }, text =>
        {
            Assert.DoesNotContain("lovelace", text, StringComparison.Ordinal);
            Assert.DoesNotContain(Token.Split('.')[2], text, StringComparison.Ordinal);
        });
        if (logged is null)
            return;

        Assert.Contains($"   at {typeof(LoggableExceptionTests).FullName}.{nameof(Throw)}", logged.ToString(), StringComparison.Ordinal);
        Assert.Contains(fault.GetType().FullName!, logged.ToString(), StringComparison.Ordinal);
        Assert.Contains(fault.GetBaseException().GetType().FullName!, logged.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Words_that_quote_nothing_stay() =>
        Assert.Contains(
            "Sequence contains 2 elements (System.Linq)",
            new LoggableException(new InvalidOperationException("Sequence contains 2 elements (System.Linq)")).ToString(),
            StringComparison.Ordinal);

    private static void Throw(Exception fault) => throw fault;
}
