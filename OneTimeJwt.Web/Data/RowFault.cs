using System.Data.Common;
using System.Net.Sockets;
using Microsoft.Data.SqlClient;
using Microsoft.Data.Sqlite;

namespace OneTimeJwt.Web.Data;

/// <summary>
/// Work on several rows failed, and the database is neither away nor busy: one of the rows may be the cause, and the others
/// would go well without it.
/// </summary>
internal static class RowFault
{
    // Busy, locked, memory, read-only, interrupted, disk, full, can't open, protocol, no database: https://www.sqlite.org/rescode.html
    private static readonly int[] SqliteStates = [5, 6, 7, 8, 9, 10, 13, 14, 15, 26];

    // Connection, transaction state, sign-in, database, rollback, resources, object in use, operator, system, configuration.
    // https://www.postgresql.org/docs/current/errcodes-appendix.html
    private static readonly string[] States = ["08", "25", "28", "3D", "40", "53", "55", "57", "58", "F0"];

    // Those from 11 to 16 the user can correct.
    // https://learn.microsoft.com/sql/relational-databases/errors-events/database-engine-error-severities
    private const int FirstSeverity = 11;
    private const int LastSeverity = 16;

    // Time-out, deadlock, lock time-out, read-only, snapshot conflict, database, sign-in.
    private static readonly int[] Numbers = [-2, 1205, 1222, 3906, 3960, 4060, 18456];

    public static bool Is(Exception fault)
    {
        for (var inner = fault; inner is not null; inner = inner.InnerException)
        {
            if (inner is DbException refusal)
                return IsAboutRows(refusal);
            if (inner is TimeoutException or SocketException or IOException or OperationCanceledException)
                return false;
        }

        return true;
    }

    private static bool IsAboutRows(DbException fault) => fault switch
    {
        SqliteException sqlite => !SqliteStates.Contains(sqlite.SqliteErrorCode),
        SqlException server => server.Class is >= FirstSeverity and <= LastSeverity && !Numbers.Contains(server.Number),
        { IsTransient: false, SqlState: { Length: 5 } state } => !States.Contains(state[..2]),
        _ => false,
    };
}
