using System.Data.Common;
using Microsoft.Data.SqlClient;
using Microsoft.Data.Sqlite;
using Npgsql;

namespace OneTimeJwt.Web.Database;

/// <summary>Classifies what drivers and Entity Framework throw, by codes: texts may be in the server's language.</summary>
internal static class DatabaseFaults
{
    private const int StateLength = 5;
    private const int ClassLength = 2;

    // Errors of severity 11 to 16 can be corrected by the user.
    // https://learn.microsoft.com/sql/relational-databases/errors-events/database-engine-error-severities
    private const int MinUserSeverity = 11;
    private const int MaxUserSeverity = 16;

    // What THROW and RAISERROR in triggers use.
    private const int FirstUserNumber = 50_000;

    /// <param name="fault">What was thrown. Drivers wrap what the network said, and are wrapped by who tried again.</param>
    public static DatabaseFault Of(Exception fault)
    {
        foreach (var inner in Chain(fault))
        {
            switch (inner)
            {
                case DbUpdateConcurrencyException:
                    return DatabaseFault.Conflict;
                case SqliteException sqlite:
                    return OfSqlite(sqlite.SqliteErrorCode, sqlite.SqliteExtendedErrorCode);
                case SqlException server:
                    return OfSqlServer(server.Number, server.Class);
                case DbException { SqlState: { Length: StateLength } state }:
                    return OfPostgreSql(state);
                case NpgsqlException when PostgreSqlRetries.FoundNoHost(inner):
                    return DatabaseFault.NoPrimary;
                case NpgsqlException { InnerException: not TimeoutException }:
                    return DatabaseFault.Away;
                case TimeoutException or OperationCanceledException:
                    return DatabaseFault.Slow;
                case DbException and not NpgsqlException:
                    return DatabaseFault.Other;
                case InvalidCastException
                or OverflowException
                or FormatException
                or ArgumentOutOfRangeException when inner.InnerException is null:
                    return DatabaseFault.Unreadable;
            }
        }

        return DatabaseFault.None;
    }

    /// <summary>By https://www.sqlite.org/rescode.html</summary>
    public static DatabaseFault OfSqlite(int code, int extendedCode) => (code, extendedCode) switch
    {
        (_, 1555 or 2067) => DatabaseFault.Conflict,
        (_, 1299) => DatabaseFault.MissingValue,
        (1, _) => DatabaseFault.Statement,
        (5 or 6, _) => DatabaseFault.Busy,
        (3 or 8 or 23, _) => DatabaseFault.ReadOnlyFile,
        (13, _) => DatabaseFault.Full,
        (10 or 14, _) => DatabaseFault.Away,
        // Memory, interrupted, locking protocol, no database.
        (7 or 9 or 15 or 26, _) => DatabaseFault.Other,
        (18 or 19 or 20, _) => DatabaseFault.Refused,
        _ => DatabaseFault.Failed,
    };

    /// <summary>By https://www.postgresql.org/docs/current/errcodes-appendix.html</summary>
    public static DatabaseFault OfPostgreSql(string state) => state switch
    {
        "08007" => DatabaseFault.Unconfirmed,
        "22021" or "22P05" => DatabaseFault.Unreadable,
        "23502" => DatabaseFault.MissingValue,
        "23505" => DatabaseFault.Conflict,
        "25006" => DatabaseFault.ReadOnly,
        "42501" => DatabaseFault.NoRight,
        "53100" => DatabaseFault.Full,
        "53300" or "55P03" or "57014" => DatabaseFault.Busy,
        "3D000" or "57P01" or "57P02" or "57P03" => DatabaseFault.Away,
        _ => state[..ClassLength] switch
        {
            "08" => DatabaseFault.Away,
            "28" => DatabaseFault.NoSignIn,
            "42" => DatabaseFault.Statement,
            // Triggered action, data, integrity, triggered change, routines, WITH CHECK, PL/pgSQL.
            "09" or "22" or "23" or "27" or "2F" or "38" or "39" or "44" or "P0" => DatabaseFault.Refused,
            // Transaction state, rollback, resources, object in use, operator, system, configuration.
            "25" or "3D" or "40" or "53" or "55" or "57" or "58" or "F0" => DatabaseFault.Other,
            _ => DatabaseFault.Failed,
        },
    };

    /// <summary>By https://learn.microsoft.com/sql/relational-databases/errors-events/database-engine-events-and-errors</summary>
    public static DatabaseFault OfSqlServer(int number, int severity) =>
        number switch
        {
            978 or 3906 or 3908 => DatabaseFault.ReadOnly,
            1101 or 1105 or 9002 => DatabaseFault.Full,
            229 or 230 or 262 or 300 => DatabaseFault.NoRight,
            916 or 4060 or 18452 or 18456 => DatabaseFault.NoSignIn,
            // Time-out, deadlock, lock time-out, snapshot conflict.
            -2 or 1205 or 1222 or 3960 => DatabaseFault.Busy,
            -1 or 2 or 53 or 233 or 976 or 983 or 10053 or 10054 or 10060 or 10061 => DatabaseFault.Away,
            2601 or 2627 => DatabaseFault.Conflict,
            515 => DatabaseFault.MissingValue,
            // Syntax, quotes, keywords, columns, tables, ambiguous and unbound names, procedures.
            102 or 105 or 156 or 207 or 208 or 209 or 2812 or 4104 => DatabaseFault.Statement,
            // Constraint, conversion, overflow, truncation, a trigger that ends the transaction.
            241 or 242 or 245 or 248 or 257 or 544 or 547 or 550 or 2628 or 3609 or 8114 or 8115 or 8152 or >= FirstUserNumber =>
                DatabaseFault.Refused,
            _ => severity is >= MinUserSeverity and <= MaxUserSeverity ? DatabaseFault.Failed : DatabaseFault.Other,
        };

    /// <summary>The database is away or busy, which passes. A wrong statement of the app itself doesn't count.</summary>
    public static bool IsOutage(this Exception fault) => fault.IsOfDatabase() && Of(fault) != DatabaseFault.Statement;

    public static bool IsOfDatabase(this Exception fault) => Chain(fault).Any(inner => inner is DbException or TimeoutException);

    /// <summary>Whether what was to be written may have been written.</summary>
    public static bool IsInDoubt(this Exception fault) => Of(fault) == DatabaseFault.Unconfirmed;

    public static bool IsConflict(this DbUpdateException fault) => Of(fault) == DatabaseFault.Conflict;

    /// <summary>The database is there and doesn't take a row. Statements count too: a trigger may hold a wrong one.</summary>
    public static bool IsRefusal(this DbUpdateException fault) => Of(fault) is
        DatabaseFault.MissingValue or DatabaseFault.Refused or DatabaseFault.Unreadable or DatabaseFault.Statement or DatabaseFault.NoRight;

    public static bool IsUnreadableRow(this Exception fault) => Of(fault) == DatabaseFault.Unreadable;

    /// <summary>
    /// Work on several rows failed, and the database is neither away nor busy: one of the rows may be the cause, and the others
    /// would go well without it.
    /// </summary>
    public static bool MayBeOfOneRow(this Exception fault) =>
        Of(fault) >= DatabaseFault.NoRight && !Chain(fault).Any(inner => inner is System.Net.Sockets.SocketException or IOException);

    /// <summary>What the database says, in one line.</summary>
    public static string Cause(this Exception fault) => fault.GetBaseException().Message.ReplaceLineEndings(" ").TrimEnd('.', ' ');

    private static IEnumerable<Exception> Chain(Exception fault)
    {
        for (var inner = fault; inner is not null; inner = inner.InnerException)
            yield return inner;
    }

    /// <summary>Why the database takes no write, for its operator.</summary>
    /// <param name="fault">What was thrown.</param>
    /// <param name="hasManyHosts">Whether the connection string names several hosts.</param>
    public static string DisplayText(DatabaseFault fault, bool hasManyHosts = true) => fault switch
    {
        DatabaseFault.Away => "The database can't be reached.",
        DatabaseFault.NoPrimary when hasManyHosts =>
            "None of the hosts in ConnectionStrings:Accounts takes writes: promote a standby, or start the primary.",
        DatabaseFault.Slow => "No write was done within seconds: the database doesn't answer, or another process holds it.",
        DatabaseFault.Busy => "The database is busy: another process holds it, or all of its connections are taken.",
        DatabaseFault.ReadOnly =>
            "The database is read-only: a standby, or set so. Point ConnectionStrings:Accounts at the primary, or allow writes.",
        DatabaseFault.ReadOnlyFile =>
            "The database's file can't be written: let the app's user write to it and its folder, on a volume that isn't read-only.",
        DatabaseFault.Full => "The database's disk is full: make room.",
        DatabaseFault.NoRight => "The database user lacks a right: see Rights in OPERATIONS.md.",
        DatabaseFault.NoSignIn => "The database refuses the user of ConnectionStrings:Accounts, or the user may not use it.",
        DatabaseFault.Unconfirmed =>
            "Commits are not confirmed: no synchronous standby answers. Bring one back, or change synchronous_standby_names.",
        _ => "The database takes no write; its own log tells why.",
    };
}
