using System.Data.Common;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Storage;

namespace OneTimeJwt.Web.Database;

/// <summary>A column as it is in the database.</summary>
/// <param name="Schema">Its table's schema; empty on SQLite.</param>
/// <param name="Table">Its table's name.</param>
/// <param name="Name">Its name.</param>
/// <param name="Type">As the database calls it, without a length.</param>
/// <param name="IsRequired">Whether an insert that leaves it out fails.</param>
/// <param name="MaxLength">The most characters that it takes, where the database says so; -1 or nothing where it is unbounded.</param>
/// <param name="Collation">Its collation, where that isn't the database's.</param>
/// <param name="IsVisible">Whether the table's plain name means this table: see <see cref="SchemaPath"/>.</param>
/// <param name="IsView">Whether it belongs to a view.</param>
/// <param name="IsReadable">Whether this user may read it.</param>
internal sealed record SchemaColumn(
    string Schema,
    string Table,
    string Name,
    string Type,
    bool IsRequired,
    int? MaxLength,
    string? Collation,
    bool IsVisible,
    bool IsView,
    bool IsReadable)
{
    /// <summary>The type as it is written in a definition: <c>varchar(36)</c>.</summary>
    public string FullType => (Type.Contains('(', StringComparison.Ordinal) ? null : MaxLength) switch
    {
        > 0 and var length => $"{Type}({length})",
        -1 => $"{Type}(max)",
        _ => Type,
    };
}

/// <summary>Reads which tables and columns there are, in every schema that this user may see.</summary>
internal static class DatabaseSchema
{
    // A primary key that is one INTEGER has a value by itself; others on SQLite may even be null.
    private const string Sqlite = """
        SELECT '' AS "Schema", t.name AS "Table", c.name AS "Name", c.type AS "Type",
            ((c."notnull" = 1 OR c.pk > 0) AND c.dflt_value IS NULL
                AND NOT (c.pk = 1 AND upper(c.type) = 'INTEGER'
                    AND (SELECT max(k.pk) FROM pragma_table_info(t.name) AS k) = 1)) AS "IsRequired",
            NULL AS "MaxLength", NULL AS "Collation", 1 AS "IsVisible", t.type = 'view' AS "IsView", 1 AS "IsReadable"
        FROM sqlite_master AS t JOIN pragma_table_info(t.name) AS c WHERE t.type IN ('table', 'view')
        """;

    // Of the catalogue, which also has what this user has no rights to. For lengths see
    // https://www.postgresql.org/docs/current/catalog-pg-attribute.html
    private const string PostgreSql = """
        SELECT n.nspname::text AS "Schema", t.relname::text AS "Table", a.attname::text AS "Name",
            format_type(a.atttypid, NULL) AS "Type",
            (a.attnotnull AND NOT a.atthasdef AND a.attidentity = '') AS "IsRequired",
            CASE WHEN a.atttypid IN ('varchar'::regtype, 'bpchar'::regtype) AND a.atttypmod > 4 THEN a.atttypmod - 4 END AS "MaxLength",
            CASE WHEN a.attcollation <> y.typcollation THEN l.collname::text END AS "Collation",
            pg_table_is_visible(t.oid) AS "IsVisible", t.relkind IN ('v', 'm') AS "IsView",
            has_column_privilege(t.oid, a.attnum, 'SELECT') AS "IsReadable"
        FROM pg_attribute AS a JOIN pg_class AS t ON t.oid = a.attrelid JOIN pg_namespace AS n ON n.oid = t.relnamespace
            JOIN pg_type AS y ON y.oid = a.atttypid LEFT JOIN pg_collation AS l ON l.oid = a.attcollation
        WHERE a.attnum > 0 AND NOT a.attisdropped AND t.relkind IN ('r', 'p', 'v', 'm', 'f')
            AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast') AND n.nspname NOT LIKE 'pg\_temp%'
        """;

    // Generated are the periods of temporal tables.
    private const string SqlServer = """
        SELECT s.name AS [Schema], t.name AS [Table], c.name AS [Name], TYPE_NAME(c.system_type_id) AS [Type],
            CAST(CASE WHEN c.is_nullable = 0 AND c.default_object_id = 0 AND c.is_identity = 0 AND c.is_computed = 0
                AND c.generated_always_type = 0 AND TYPE_NAME(c.system_type_id) <> 'timestamp' THEN 1 ELSE 0 END AS bit) AS [IsRequired],
            CASE WHEN c.collation_name IS NULL THEN NULL
                WHEN TYPE_NAME(c.system_type_id) IN ('text', 'ntext') THEN NULL
                WHEN TYPE_NAME(c.system_type_id) IN ('nvarchar', 'nchar') AND c.max_length > 0 THEN c.max_length / 2
                ELSE CAST(c.max_length AS int) END AS [MaxLength],
            NULLIF(c.collation_name, CAST(DATABASEPROPERTYEX(DB_NAME(), 'Collation') AS nvarchar(128))) AS [Collation],
            CAST(CASE WHEN OBJECT_ID(QUOTENAME(t.name)) = t.object_id THEN 1 ELSE 0 END AS bit) AS [IsVisible],
            CAST(CASE WHEN t.type = 'V' THEN 1 ELSE 0 END AS bit) AS [IsView], CAST(1 AS bit) AS [IsReadable]
        FROM sys.columns AS c JOIN sys.objects AS t ON t.object_id = c.object_id AND t.type IN ('U', 'V')
            JOIN sys.schemas AS s ON s.schema_id = t.schema_id
        """;

    /// <returns>The tables that a plain name means; none where there is no database yet.</returns>
    public static async Task<IReadOnlyList<SchemaColumn>> ReadAsync(
        AccountsContext database, CancellationToken cancellationToken = default) =>
        [.. (await ReadAllAsync(database, cancellationToken)).Where(column => column.IsVisible)];

    /// <returns>The tables of all schemas; none where there is no database yet.</returns>
    public static async Task<IReadOnlyList<SchemaColumn>> ReadAllAsync(
        AccountsContext database, CancellationToken cancellationToken = default) =>
        await IsThereAsync(database, cancellationToken)
            ? await database.Database.SqlQueryRaw<SchemaColumn>(Sql(database.Identity.Provider)).ToListAsync(cancellationToken)
            : [];

    /// <summary>The same for a caller that can't wait otherwise.</summary>
    public static IReadOnlyList<SchemaColumn> ReadAll(AccountsContext database) =>
        database.GetService<IRelationalDatabaseCreator>().Exists()
            ? database.Database.SqlQueryRaw<SchemaColumn>(Sql(database.Identity.Provider)).ToList()
            : [];

    internal static string Sql(DatabaseProvider provider) =>
        provider switch { DatabaseProvider.PostgreSql => PostgreSql, DatabaseProvider.SqlServer => SqlServer, _ => Sqlite };

    /// <summary>A row of those queries.</summary>
    internal static SchemaColumn Column(DbDataReader row) => new(
        row.GetString(0),
        row.GetString(1),
        row.GetString(2),
        row.GetString(3),
        row.GetBoolean(4),
        row.IsDBNull(5) ? null : row.GetInt32(5),
        row.IsDBNull(6) ? null : row.GetString(6),
        row.GetBoolean(7),
        row.GetBoolean(8),
        row.GetBoolean(9));

    /// <summary>Whether there is a database. Asking takes another connection, which within a transaction might not be had.</summary>
    public static async Task<bool> IsThereAsync(AccountsContext database, CancellationToken cancellationToken = default) =>
        database.Database.CurrentTransaction is not null
        || await database.GetService<IRelationalDatabaseCreator>().ExistsAsync(cancellationToken);
}
