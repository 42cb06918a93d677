using System.Data.Common;
using Microsoft.Data.SqlClient;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;

namespace OneTimeJwt.Web.Data;

/// <summary>
/// The database is there and doesn't take a row: a column without a value, a check, a foreign key, a length, a trigger or
/// a right. Another try ends alike. Rows that exist already are a <see cref="Collision"/>.
/// </summary>
internal static class DatabaseRefusal
{
    // https://www.sqlite.org/rescode.html
    private const int Error = 1;
    private const int TooBig = 18;
    private const int Constraint = 19;
    private const int Mismatch = 20;
    private const int NotNull = 1299;

    // https://www.postgresql.org/docs/current/errcodes-appendix.html: data, integrity, triggered change, routines, syntax
    // and rights, WITH CHECK, PL/pgSQL.
    private static readonly string[] Classes = ["09", "22", "23", "27", "2F", "38", "39", "42", "44", "P0"];

    // NULL, constraint, rights, conversion, overflow, truncation, a trigger that ends the transaction.
    // https://learn.microsoft.com/sql/relational-databases/errors-events/database-engine-events-and-errors
    private static readonly int[] Numbers = [229, 230, 241, 242, 245, 248, 257, 515, 544, 547, 550, 2628, 3609, 8114, 8115, 8152];

    // What THROW and RAISERROR in triggers use.
    private const int FirstOwnNumber = 50_000;
    private const string NotNullState = "23502";

    public static bool Is(DbUpdateException fault) => !Collision.Is(fault) && fault.GetBaseException() switch
    {
        SqliteException sqlite => sqlite.SqliteErrorCode is Error or TooBig or Constraint or Mismatch,
        SqlException server => server.Number >= FirstOwnNumber || Numbers.Contains(server.Number),
        DbException { SqlState: { Length: 5 } state } => Classes.Contains(state[..2]),
        _ => false,
    };

    /// <summary>Whether a column that must have a value was given none.</summary>
    public static bool LacksValue(DbUpdateException fault) => fault.GetBaseException() switch
    {
        SqliteException sqlite => sqlite.SqliteExtendedErrorCode == NotNull,
        SqlException server => server.Number == 515,
        DbException standard => standard.SqlState == NotNullState,
        _ => false,
    };

    /// <summary>What the database says, in one line.</summary>
    public static string Cause(DbUpdateException fault) => fault.GetBaseException().Message.ReplaceLineEndings(" ").TrimEnd('.', ' ');
}
