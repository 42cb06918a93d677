namespace OneTimeJwt.Web.Database;

/// <summary>
/// Which table the plain name of the users table means, by the rules of the server: PostgreSQL takes the first schema of the
/// search path that has one, SQL Server the user's default schema and then dbo.
/// </summary>
/// <param name="Current">The schema of the table that the name means; null where it means none.</param>
/// <param name="Others">Schemas that have a table of this name as well, which isn't seen.</param>
/// <param name="IsChosen">Whether the search path was set for this user or in the connection string.</param>
internal sealed record SchemaPath(string? Current, IReadOnlyList<string> Others, bool IsChosen)
{
    private const string PostgreSql = """
        SELECT n.nspname::text AS "Schema", pg_table_is_visible(c.oid) AS "IsCurrent"
        FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
        WHERE c.relname = {0} AND c.relkind IN ('r', 'p', 'v', 'm', 'f') ORDER BY n.nspname
        """;

    private const string SqlServer = """
        SELECT SCHEMA_NAME(o.schema_id) AS [Schema],
            CAST(CASE WHEN o.object_id = OBJECT_ID(QUOTENAME({0})) THEN 1 ELSE 0 END AS bit) AS [IsCurrent]
        FROM sys.objects AS o WHERE o.name = {0} AND o.type IN ('U', 'V', 'SN')
        """;

    private const string Sqlite = """
        SELECT 'main' AS "Schema", 1 AS "IsCurrent" FROM sqlite_master WHERE type = 'table' AND name = {0}
        """;

    // https://www.postgresql.org/docs/current/view-pg-settings.html
    private const string IsChosenOnPostgreSql = """
        SELECT source IN ('client', 'session', 'user', 'database user') AS "Value" FROM pg_settings WHERE name = 'search_path'
        """;

    private const string IsChosenOnSqlServer = "SELECT CAST(CASE WHEN SCHEMA_NAME() <> N'dbo' THEN 1 ELSE 0 END AS bit) AS [Value]";

    private DatabaseProvider Provider { get; init; }

    public static async Task<SchemaPath> ReadAsync(AccountsContext database, CancellationToken cancellationToken = default)
    {
        if (!await DatabaseSchema.IsThereAsync(database, cancellationToken))
            return new SchemaPath(Current: null, Others: [], IsChosen: false);

        var (tables, chosen) = database switch
        {
            PostgreSqlAccounts => (PostgreSql, IsChosenOnPostgreSql),
            SqlServerAccounts => (SqlServer, IsChosenOnSqlServer),
            _ => (Sqlite, "SELECT 0 AS \"Value\""),
        };
        var identity = database.Identity;
        var found = await database.Database.SqlQueryRaw<Found>(tables, identity.NameOf("Users")).ToListAsync(cancellationToken);
        if (identity.Schema is { } schema)
            found = [.. found.Select(table => table with { IsCurrent = table.Schema == schema })];
        return new SchemaPath(
            found.Find(table => table.IsCurrent)?.Schema,
            [.. found.Where(table => !table.IsCurrent).Select(table => table.Schema)],
            await database.Database.SqlQueryRaw<bool>(chosen).SingleAsync(cancellationToken))
        {
            Provider = identity.Provider,
        };
    }

    public string In(string schema) => Provider == DatabaseProvider.Sqlite ? "" : $" in the schema {schema}";

    /// <summary>What makes the names mean the tables of that schema.</summary>
    public string Mend(string schema) => Provider == DatabaseProvider.SqlServer
        ? $"To use those accounts make it this user's default (ALTER USER … WITH DEFAULT_SCHEMA = [{schema}])"
        : $"To use those accounts put Search Path={schema} into ConnectionStrings:Accounts, or ALTER ROLE … SET search_path = \"{schema}\"";

    private sealed record Found(string Schema, bool IsCurrent);
}
