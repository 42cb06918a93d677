using System.Data.Common;
using Microsoft.Data.SqlClient;
using Microsoft.Data.Sqlite;
using Npgsql;

namespace OneTimeJwt.Web.Data;

/// <summary>Why the database takes no write, for whoever looks after it.</summary>
internal enum DatabaseFault
{
    Other,
    Away,
    NoPrimary,
    Slow,
    Busy,
    ReadOnly,
    ReadOnlyFile,
    Full,
    NoRight,
    NoSignIn,
    Unconfirmed,
}

/// <summary>Classifies what drivers say by their codes; texts may be in the server's language.</summary>
internal static class DatabaseFaults
{
    private const int StateLength = 5;
    private const int ClassLength = 2;

    /// <param name="fault">What the driver threw, or what wraps that.</param>
    /// <param name="hasManyHosts">Whether the connection string names several hosts.</param>
    public static DatabaseFault Of(Exception fault, bool hasManyHosts)
    {
        for (var inner = fault; inner is not null; inner = inner.InnerException)
        {
            switch (inner)
            {
                case SqliteException sqlite:
                    return OfSqlite(sqlite.SqliteErrorCode);
                case SqlException server:
                    return OfSqlServer(server.Number);
                case DbException { SqlState: { Length: StateLength } state }:
                    return OfPostgreSql(state);
                case NpgsqlException when PostgreSqlRetries.FoundNoHost(inner):
                    return hasManyHosts ? DatabaseFault.NoPrimary : DatabaseFault.Other;
                case NpgsqlException { InnerException: not TimeoutException }:
                    return DatabaseFault.Away;
                case TimeoutException or OperationCanceledException:
                    return DatabaseFault.Slow;
            }
        }

        return DatabaseFault.Other;
    }

    /// <summary>By https://www.sqlite.org/rescode.html</summary>
    public static DatabaseFault OfSqlite(int code) => code switch
    {
        5 or 6 => DatabaseFault.Busy,
        3 or 8 or 23 => DatabaseFault.ReadOnlyFile,
        13 => DatabaseFault.Full,
        10 or 14 => DatabaseFault.Away,
        _ => DatabaseFault.Other,
    };

    /// <summary>By https://www.postgresql.org/docs/current/errcodes-appendix.html</summary>
    public static DatabaseFault OfPostgreSql(string state) => state switch
    {
        "08007" => DatabaseFault.Unconfirmed,
        "25006" => DatabaseFault.ReadOnly,
        "42501" => DatabaseFault.NoRight,
        "53100" => DatabaseFault.Full,
        "53300" or "55P03" or "57014" => DatabaseFault.Busy,
        "3D000" or "57P01" or "57P02" or "57P03" => DatabaseFault.Away,
        _ => state[..ClassLength] switch
        {
            "08" => DatabaseFault.Away,
            "28" => DatabaseFault.NoSignIn,
            _ => DatabaseFault.Other,
        },
    };

    /// <summary>By https://learn.microsoft.com/sql/relational-databases/errors-events/database-engine-events-and-errors</summary>
    public static DatabaseFault OfSqlServer(int number) => number switch
    {
        978 or 3906 or 3908 => DatabaseFault.ReadOnly,
        1101 or 1105 or 9002 => DatabaseFault.Full,
        229 or 230 or 262 or 300 => DatabaseFault.NoRight,
        916 or 4060 or 18452 or 18456 => DatabaseFault.NoSignIn,
        -2 or 1205 or 1222 => DatabaseFault.Busy,
        -1 or 2 or 53 or 233 or 976 or 983 or 10053 or 10054 or 10060 or 10061 => DatabaseFault.Away,
        _ => DatabaseFault.Other,
    };

    public static string InWords(DatabaseFault fault) => fault switch
    {
        DatabaseFault.Away => "The database can't be reached.",
        DatabaseFault.NoPrimary => "None of the hosts in ConnectionStrings:Accounts takes writes: promote a standby, or start the primary.",
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
