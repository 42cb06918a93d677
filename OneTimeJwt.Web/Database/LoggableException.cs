using System.Data.Common;
using System.Diagnostics.CodeAnalysis;
using System.Net.Sockets;
using System.Text.RegularExpressions;
using Microsoft.Data.SqlClient;
using Microsoft.Data.Sqlite;

namespace OneTimeJwt.Web.Database;

/// <summary>
/// A fault as the log may have it: all types and stack traces, and no text that quotes data. Messages of databases tell values
/// of rows (SQL Server the duplicate key, triggers what they like) and are replaced by their codes; addresses and tokens are
/// taken out of all others.
/// </summary>
[SuppressMessage("Design", "CA1032", Justification = "It is made of another one, and thrown by nobody.")]
internal sealed partial class LoggableException(Exception fault) : Exception(Text(fault))
{
    /// <summary>For background work: what passes by itself, such as a database that is away, has no stack trace to show.</summary>
    /// <returns>Null where the fault was to be expected.</returns>
    public static LoggableException? IfUnexpected(Exception? fault) => fault is not null && fault.MayBeOfOneRow() ? new(fault) : null;

    /// <summary>What is at the bottom of it, by its type; for a connection also why there is none.</summary>
    public static string NameOf(Exception fault) => fault.GetBaseException() switch
    {
        SocketException socket => $"{nameof(SocketException)}: {socket.SocketErrorCode}",
        var other => other.GetType().Name,
    };

    public override string StackTrace => fault.StackTrace ?? "";

    public override string ToString() => Describe(fault);

    private static string Describe(Exception fault)
    {
        var inner =
            fault is AggregateException many ? many.InnerExceptions
            : fault.InnerException is { } one ? [one]
            : (IReadOnlyList<Exception>)[];
        var described = inner.Select(cause =>
            $"{Environment.NewLine} ---> {Describe(cause)}{Environment.NewLine}   --- End of inner exception stack trace ---");
        return $"{fault.GetType().FullName}: {Text(fault)}{string.Concat(described)}{Environment.NewLine}{fault.StackTrace}";
    }

    private static string Text(Exception fault) =>
        fault switch
        {
            SqliteException sqlite => $"code {sqlite.SqliteExtendedErrorCode}",
            SqlException server => $"number {server.Number}",
            DbException standard => $"SQLSTATE {standard.SqlState}",
            AggregateException => "several",
            // Answers of mail servers and what was parsed.
            _ when fault.GetType().Namespace?.Split('.')[0] is "MailKit" or "MimeKit" => "",
            _ => AddressOrToken().Replace(fault.Message, "…"),
        };

    [GeneratedRegex(@"[^\s<>""'(),;:]+@[^\s<>""'(),;:]+|[\w-]{20,}\.[\w-]{20,}\.[\w-]{20,}")]
    private static partial Regex AddressOrToken();
}
