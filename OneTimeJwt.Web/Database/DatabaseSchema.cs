using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Storage;

namespace OneTimeJwt.Web.Database;

/// <summary>A column as it is in the database.</summary>
/// <param name="Table">Its table's name.</param>
/// <param name="Name">Its name.</param>
/// <param name="Type">As the database calls it.</param>
/// <param name="IsRequired">Whether an insert that leaves it out fails.</param>
/// <param name="MaxLength">The most characters that it takes, where the database says so; -1 or nothing where it is unbounded.</param>
internal sealed record SchemaColumn(string Table, string Name, string Type, bool IsRequired, int? MaxLength);

/// <summary>Reads which tables and columns there are, of those that a plain name means: see <see cref="SchemaPath"/>.</summary>
internal static class DatabaseSchema
{
    private const string Sqlite = """
        SELECT t.name AS "Table", c.name AS "Name", c.type AS "Type",
            (c."notnull" = 1 AND c.dflt_value IS NULL AND c.pk = 0) AS "IsRequired",
            NULL AS "MaxLength"
        FROM sqlite_master AS t JOIN pragma_table_info(t.name) AS c WHERE t.type = 'table'
        """;

    private const string PostgreSql = """
        SELECT table_name AS "Table", column_name AS "Name", data_type AS "Type",
            (is_nullable = 'NO' AND column_default IS NULL AND is_identity = 'NO' AND is_generated = 'NEVER') AS "IsRequired",
            CAST(character_maximum_length AS integer) AS "MaxLength"
        FROM information_schema.columns JOIN pg_namespace AS n ON n.nspname = table_schema
            JOIN pg_class AS c ON c.relnamespace = n.oid AND c.relname = table_name
        WHERE pg_table_is_visible(c.oid) AND table_schema NOT IN ('pg_catalog', 'information_schema')
        """;

    private const string SqlServer = """
        SELECT c.TABLE_NAME AS [Table], c.COLUMN_NAME AS [Name], c.DATA_TYPE AS [Type],
            CAST(CASE WHEN c.IS_NULLABLE = 'NO' AND c.COLUMN_DEFAULT IS NULL AND c.DATA_TYPE <> 'timestamp'
                AND COLUMNPROPERTY(OBJECT_ID(QUOTENAME(c.TABLE_SCHEMA) + '.' + QUOTENAME(c.TABLE_NAME)), c.COLUMN_NAME, 'IsIdentity') = 0
                AND COLUMNPROPERTY(OBJECT_ID(QUOTENAME(c.TABLE_SCHEMA) + '.' + QUOTENAME(c.TABLE_NAME)), c.COLUMN_NAME, 'IsComputed') = 0
                THEN 1 ELSE 0 END AS bit) AS [IsRequired],
            c.CHARACTER_MAXIMUM_LENGTH AS [MaxLength]
        FROM INFORMATION_SCHEMA.COLUMNS AS c
        WHERE OBJECT_ID(QUOTENAME(c.TABLE_NAME)) = OBJECT_ID(QUOTENAME(c.TABLE_SCHEMA) + '.' + QUOTENAME(c.TABLE_NAME))
        """;

    /// <returns>None where there is no database yet.</returns>
    public static async Task<IReadOnlyList<SchemaColumn>> ReadAsync(AccountsContext database, CancellationToken cancellationToken)
    {
        if (!await IsThereAsync(database, cancellationToken))
            return [];

        var sql = database switch { PostgreSqlAccounts => PostgreSql, SqlServerAccounts => SqlServer, _ => Sqlite };
        return await database.Database.SqlQueryRaw<SchemaColumn>(sql).ToListAsync(cancellationToken);
    }

    /// <summary>Whether there is a database. Asking takes another connection, which within a transaction might not be had.</summary>
    public static async Task<bool> IsThereAsync(AccountsContext database, CancellationToken cancellationToken) =>
        database.Database.CurrentTransaction is not null
        || await database.GetService<IRelationalDatabaseCreator>().ExistsAsync(cancellationToken);
}
