using System.Data.Common;
using Microsoft.Data.SqlClient;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;

namespace OneTimeJwt.Web.Data;

/// <summary>
/// Somebody else was faster: the row was changed since it was read, or one is there already where there can be one only.
/// Whoever reads again and judges again is right to go on.
/// </summary>
internal static class Collision
{
    public static bool Is(DbUpdateException fault) => fault is DbUpdateConcurrencyException || fault.GetBaseException() switch
    {
        // A unique index, or a primary key: https://sqlite.org/rescode.html
        SqliteException sqlite => sqlite.SqliteExtendedErrorCode is 2067 or 1555,
        SqlException server => server.Number is 2601 or 2627,
        DbException standard => standard.SqlState == "23505",
        _ => false,
    };
}
