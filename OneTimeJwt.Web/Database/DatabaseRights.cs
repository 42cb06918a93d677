namespace OneTimeJwt.Web.Database;

/// <summary>A right that the serving user doesn't have.</summary>
internal sealed record LackingRight(string Table, string Right);

/// <summary>What the app has to be allowed to do with each table. SQLite knows no rights.</summary>
internal static class DatabaseRights
{
    private const string Reads = "SELECT";
    private const string Adds = "SELECT INSERT";
    private const string Changes = "SELECT INSERT UPDATE";
    private const string All = "SELECT INSERT UPDATE DELETE";

    // Without these, what people send is refused.
    private static readonly (string Table, string Rights)[] Vital =
    [
        (AccountsContext.HistoryTable, Reads),
        ("AspNetUsers", "SELECT UPDATE"),
        ("AspNetUserTokens", Changes),
        ("AspNetUserLogins", Reads),
        ("AspNetUserRoles", Reads),
        ("AspNetRoles", Reads),
        ("AspNetRoleClaims", Reads),
        ("RecoveryAccounts", Changes),
        ("RecoveryOutbox", All),
        ("RecoveryTrail", Adds),
        ("RecoveryKeyRing", Adds),
        ("RecoveryPasskeys", Changes),
    ];

    // Without these, parts of the console and of an account's own pages don't work, or old lines of the trail stay.
    private static readonly (string Table, string Rights)[] Further =
    [
        ("AspNetUsers", "INSERT"),
        ("AspNetUserTokens", "DELETE"),
        ("AspNetUserRoles", "INSERT DELETE"),
        ("AspNetRoles", "INSERT UPDATE"),
        ("AspNetRoleClaims", "INSERT"),
        ("RecoveryTrail", "DELETE"),
        ("RecoveryCampaigns", Changes),
        ("RecoveryCampaignAccounts", Adds),
        ("RecoveryPasskeys", "DELETE"),
    ];

    // A right on some columns counts: which of them are written differs from act to act. Names resolve along the search
    // path, which leaves out schemas without USAGE; a table that isn't there has to be migrated.
    private const string PostgreSql = $"""
        SELECT needed."Table", needed."Right", needed."IsVital" FROM needed
        WHERE CASE needed."Right" WHEN 'DELETE' THEN has_table_privilege(to_regclass(quote_ident(needed."Table"))::oid, needed."Right")
            ELSE has_any_column_privilege(to_regclass(quote_ident(needed."Table"))::oid, needed."Right") END = false
        UNION ALL
        SELECT 'the schema ' || n.nspname, 'USAGE', 1
        FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
        WHERE c.relname = '{AccountsContext.HistoryTable}' AND NOT has_schema_privilege(n.oid, 'USAGE')
            AND to_regclass(quote_ident('{AccountsContext.HistoryTable}')) IS NULL
        """;

    private const string SqlServer = """
        SELECT needed."Table", needed."Right", needed."IsVital" FROM needed
        WHERE HAS_PERMS_BY_NAME(QUOTENAME(needed."Table"), 'OBJECT', needed."Right") = 0
        """;

    private static readonly string Needed = string.Join(", ", Rows(Vital, isVital: 1).Concat(Rows(Further, isVital: 0)));

    /// <returns>What is lacking for what people send, and what is lacking for the rest.</returns>
    public static async Task<(IReadOnlyList<LackingRight> Vital, IReadOnlyList<LackingRight> Further)> LackingAsync(
        AccountsContext database, CancellationToken cancellationToken)
    {
        if (database is SqliteAccounts)
            return ([], []);

        var sql = $"""
            WITH needed("Table", "Right", "IsVital") AS (SELECT * FROM (VALUES {Needed}) AS v("Table", "Right", "IsVital"))
            {(database is PostgreSqlAccounts ? PostgreSql : SqlServer)}
            """;
        var lacking = (await database.Database.SqlQueryRaw<Row>(sql).ToListAsync(cancellationToken)).ToLookup(row => row.IsVital == 1);
        return (Rights(lacking[true]), Rights(lacking[false]));
    }

    /// <summary>Such as <c>UPDATE on AspNetUsers</c>.</summary>
    public static string DisplayText(IEnumerable<LackingRight> rights) => string.Join(", ", rights
        .GroupBy(right => right.Table)
        .Select(table => $"{string.Join(" and ", table.Select(right => right.Right))} on {table.Key}"));

    private static List<LackingRight> Rights(IEnumerable<Row> rows) => [.. rows.Select(row => new LackingRight(row.Table, row.Right))];

    private static IEnumerable<string> Rows((string Table, string Rights)[] needed, int isVital) =>
        needed.SelectMany(need => need.Rights.Split(' ').Select(right => $"('{need.Table}', '{right}', {isVital})"));

    private sealed record Row(string Table, string Right, int IsVital);
}
