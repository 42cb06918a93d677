using MailKit.Net.Smtp;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using OneTimeJwt.Web.Mail;

namespace OneTimeJwt.Web.Tests.Mail;

/// <summary>These words go into the trail and the log.</summary>
public sealed class MailFaultTests
{
    private const string Secret = "https://accounts.example.com/reset-password?token=eyJ ada@example.com";

    private static readonly Exception[] Faults =
    [
        new FormatException(Secret), new SmtpProtocolException(Secret), new MailKit.Security.AuthenticationException(Secret), new MailKit.Security.SslHandshakeException(Secret),
        new NotSupportedException(Secret), new TimeoutException(Secret), new OperationCanceledException(Secret), new IOException(Secret),
        new DbUpdateException(Secret, new SqliteException(Secret, 5)), new InvalidOperationException(Secret),
    ];

    [Fact]
    public void No_fault_is_told_in_words_that_are_not_ours() =>
        Assert.All(Faults, fault => Assert.DoesNotMatch("eyJ|@|http", MailFault.InWords(fault)));

    [Fact]
    public void Each_kind_of_fault_has_words_of_its_own()
    {
        Assert.Equal("the stored address is not one that mail can be sent to", MailFault.InWords(Faults[0]));
        Assert.Equal("the database failed", MailFault.InWords(Faults[^2]));
        Assert.Equal("InvalidOperationException", MailFault.InWords(Faults[^1]));
        Assert.Equal(Faults.Length - 1, Faults.Select(MailFault.InWords).Distinct().Count());
    }
}
