namespace OneTimeJwt.Web.Database;

/// <summary>A right that the serving user doesn't have.</summary>
/// <param name="Table">What it is a right to.</param>
/// <param name="Right">What it is called in SQL.</param>
/// <param name="IsVital">1 where what people send is refused without it.</param>
internal sealed record LackingRight(string Table, string Right, int IsVital);

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
        ("Users", "SELECT UPDATE"),
        ("UserTokens", Changes),
        ("UserLogins", Reads),
        ("RecoveryAccounts", Changes),
        ("RecoveryRoleMembers", Reads),
        ("RecoveryOutbox", All),
        ("RecoveryTrail", Adds),
        ("RecoveryKeyRing", Adds),
        ("RecoveryPasskeys", Changes),
    ];

    // Without these, parts of the console and of an account's own pages don't work, or old lines of the trail and rows of
    // deleted accounts stay.
    private static readonly (string Table, string Rights)[] Further =
    [
        ("Users", "INSERT"),
        ("UserTokens", "DELETE"),
        ("RecoveryAccounts", "DELETE"),
        ("RecoveryRoles", "SELECT UPDATE"),
        ("RecoveryRoleMembers", "INSERT DELETE"),
        ("RecoveryTrail", "DELETE"),
        ("RecoveryCampaigns", Changes),
        ("RecoveryCampaignAccounts", Adds),
        ("RecoveryCampaignLines", Adds),
        ("RecoveryPasskeys", "DELETE"),
        ("RecoveryApiKeys", Changes),
        ("RecoveryActAnswers", "SELECT INSERT DELETE"),
        ("RecoverySavedFilters", All),
        ("RecoveryOidcSessions", All),
        ("RecoveryOidcLogouts", "SELECT INSERT DELETE"),
    ];

    // Vital where events are sent on: without it none can be recorded.
    private static readonly (string Table, string Rights) Events = ("RecoveryEventDeliveries", All);

    // A right on some columns counts: which of them are written differs from act to act. Names resolve along the search
    // path, which leaves out schemas without USAGE; a table that isn't there has to be migrated.
    private const string PostgreSql = $"""
        SELECT needed."Table", needed."Right", needed."IsVital" FROM needed
        WHERE CASE needed."Right" WHEN 'DELETE' THEN has_table_privilege(to_regclass(needed."Name")::oid, needed."Right")
            ELSE has_any_column_privilege(to_regclass(needed."Name")::oid, needed."Right") END = false
        UNION ALL
        SELECT 'the schema ' || n.nspname, 'USAGE', 1
        FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
        WHERE c.relname = '{AccountsContext.HistoryTable}' AND NOT has_schema_privilege(n.oid, 'USAGE')
            AND to_regclass(quote_ident('{AccountsContext.HistoryTable}')) IS NULL
        """;

    private const string SqlServer = """
        SELECT needed."Table", needed."Right", needed."IsVital" FROM needed
        WHERE HAS_PERMS_BY_NAME(needed."Name", 'OBJECT', needed."Right") = 0
        """;

    /// <summary>The tables that a right is asked for, Identity's by their names there.</summary>
    public static IEnumerable<string> Tables => Vital.Concat(Further).Append(Events).Select(need => need.Table);

    /// <returns>What is lacking for what people send, and what is lacking for the rest.</returns>
    public static async Task<(IReadOnlyList<LackingRight> Vital, IReadOnlyList<LackingRight> Further)> LackingAsync(
        AccountsContext database, CancellationToken cancellationToken)
    {
        if (database is SqliteAccounts)
            return ([], []);

        (string, string)[] passkeys = database.Identity.ClearsPasskeys ? [("UserPasskeys", "SELECT DELETE")] : [];
        (string, string)[] events = [Events];
        (string, string)[] vital = [.. Vital, .. passkeys, .. database.HasDestinations ? events : []];
        (string, string)[] further = [.. Further, .. database.HasDestinations ? [] : events];
        var rows = string.Join(", ", Rows(database, vital, isVital: 1).Concat(Rows(database, further, isVital: 0)));
        var sql = $"""
            WITH needed("Table", "Name", "Right", "IsVital") AS (SELECT * FROM (VALUES {rows}) AS v("Table", "Name", "Right", "IsVital"))
            {(database is PostgreSqlAccounts ? PostgreSql : SqlServer)}
            """;
        var lacking = await database.Database.SqlQueryRaw<LackingRight>(sql).ToListAsync(cancellationToken);
        return (lacking.FindAll(right => right.IsVital == 1), lacking.FindAll(right => right.IsVital == 0));
    }

    /// <summary>Such as <c>UPDATE on AspNetUsers</c>.</summary>
    public static string DisplayText(IEnumerable<LackingRight> rights) => string.Join(", ", rights
        .GroupBy(right => right.Table)
        .Select(table => $"{string.Join(" and ", table.Select(right => right.Right))} on {table.Key}"));

    // A table of Identity's by its name here; one that isn't there is not asked for.
    private static IEnumerable<string> Rows(AccountsContext database, (string Table, string Rights)[] needed, int isVital) =>
        from need in needed
        let provider = database.Identity.Provider
        let isIdentity = IdentityNames.Tables.ContainsKey(need.Table)
        let isThere = isIdentity && (!database.Identity.IsFound || database.Identity.Has(need.Table))
        where !isIdentity || isThere || need.Table == "UserTokens"
        let table = isThere ? database.Identity.NameOf(need.Table) : isIdentity ? IdentityModel.OwnUserTokens : need.Table
        let name = isThere ? database.Identity.Table(need.Table) : database.Identity.Quote(table)
        from right in need.Rights.Split(' ')
        select $"({IdentityMap.Literal(table, provider)}, {IdentityMap.Literal(name, provider)}, '{right}', {isVital})".InFormat();
}
