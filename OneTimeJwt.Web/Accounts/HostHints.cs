using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace OneTimeJwt.Web.Accounts;

/// <summary>Columns of the users table that look as if they decide something which Identity's own don't say.</summary>
internal sealed class HostHints(IOptions<IdentitySettings> settings)
{
    private const int MaxValues = 6;

    private static readonly string[] Deciding =
    [
        "isactive", "active", "isenabled", "enabled", "isdisabled", "disabled", "isblocked", "blocked", "isdeleted", "deleted",
        "isapproved", "approved", "isarchived", "adminlocked", "islocked", "status", "state", "userstate", "userstatus", "accountstatus",
    ];

    private static readonly string[] Tenants = ["tenantid", "tenant", "organizationid", "organisationid"];

    private static readonly string[] Negative = ["disabled", "blocked", "deleted", "archived", "locked"];

    /// <summary>What the database lacks, and what that means here.</summary>
    public static IEnumerable<string> Missing(IdentityMap identity)
    {
        var users = identity.NameOf("Users");
        if (!identity.HasLockout)
            yield return $"{users} has no columns for lock-outs: nobody can lock an account here, and wrong passwords are limited by "
                + "address and network only.";
        else if (!identity.CountsFailures)
            yield return $"{users} has no column {identity.ColumnOf("AccessFailedCount")}: wrong passwords are limited by address and "
                + "network only.";
        if (!identity.Has("UserTokens"))
            yield return $"There is no table {identity.NameOf("UserTokens")}: authenticator keys and recovery codes are kept in a table of "
                + "ours.";
        if (!identity.Has("UserLogins"))
            yield return $"There is no table {identity.NameOf("UserLogins")}: no account counts as one that signs in through another "
                + "provider.";
        foreach (var name in new[] { "UserName", "NormalizedUserName", "Email", "NormalizedEmail" })
        {
            if (identity.Find(name) is { MaxLength: > 0 and < ColumnLength.Address and var most } column)
                yield return $"{users}.{column.Name} takes {most} characters: an account with a longer {(name.EndsWith("Name",
                    StringComparison.Ordinal) ? "user name" : "address")} can't be made here, and none can be moved to such an address.";
        }

        if (identity.Find("Email") is { IsRequired: true } email)
            yield return $"{users}.{email.Name} must have a value: where \"this wasn't me\" takes an address away that another account has "
                + "by then, it becomes one that no mail can reach (…@address.invalid).";
        if (identity.KeyType is AccountKeyType.Int32 or AccountKeyType.Int64)
            yield return "Accounts have numbers, which your application gives them: an invitation can't add an account.";
    }

    public async Task<IReadOnlyList<string>> OfAsync(AccountsContext database)
    {
        var identity = database.Identity;
        var set = settings.Value.Active.Select(ActiveCondition.Parse).OfType<ActiveCondition>().Select(known => known.Column)
            .Append(identity.Tenant?.Column)
            .Concat(settings.Value.ClearOnReset)
            .ToHashSet(StringComparer.Ordinal);
        var hints = new List<string>();
        var (rules, cleared) = (settings.Value.Active.Count, settings.Value.ClearOnReset.Count);
        foreach (var column in identity.ColumnsOf("Users").Where(column => !set.Contains(column.Name)))
        {
            var plain = IdentityNames.Plain(column.Name);
            if (Deciding.Contains(plain))
                hints.Add(await DecidingAsync(database, column, plain, rules++));
            else if (Tenants.Contains(plain))
                hints.Add(
                    $"{column.Table}.{column.Name} looks like a tenant's ({await ValuesAsync(database, column)}). To "
                        + $"serve one of them only, set Database__Identity__Tenant__Column={column.Name} and "
                        + "Database__Identity__Tenant__Value.");
            else if (plain is "refreshtoken" or "refreshtokenhash")
                hints.Add(
                    $"{column.Table}.{column.Name} outlives a new password. To end it with one, set "
                        + string.Create(CultureInfo.InvariantCulture, $"Database__Identity__ClearOnReset__{cleared++}={column.Name}"));
        }

        if (await HasRowSecurityAsync(database))
            hints.Add(
                $"{identity.NameOf("Users")} has row-level security: this app sees the rows that its policies show to this user. "
                    + "Where they read a setting of the session, set Database__Identity__Session__Name and "
                    + "Database__Identity__Session__Value.");
        return hints;
    }

    private static async Task<string> DecidingAsync(AccountsContext database, SchemaColumn column, string plain, int number)
    {
        var kind = column.Type.ToLowerInvariant();
        var isFlag = kind is "boolean" or "bool" or "bit" or "integer" or "tinyint" && !plain.Contains("stat", StringComparison.Ordinal);
        var wanted = !isFlag ? $"{column.Name} in (…)"
            : Negative.Any(word => plain.EndsWith(word, StringComparison.Ordinal)) ? $"{column.Name} != true"
            : $"{column.Name} = true";
        var values = await ValuesAsync(database, column);
        return $"{column.Table}.{column.Name} looks as if it decides who may sign in ({values}). If so, set "
            + string.Create(CultureInfo.InvariantCulture, $"Database__Identity__Active__{number}='{wanted}'");
    }

    [SuppressMessage("Security", "EF1003", Justification = "Names come from the database and are delimited.")]
    private static async Task<string> ValuesAsync(AccountsContext database, SchemaColumn column)
    {
        var identity = database.Identity;
        var (name, table) = (identity.Quote(column.Name).InFormat(), identity.Table("Users").InFormat());
        var text = database is SqlServerAccounts ? "nvarchar(100)" : "text";
        var (top, limit) = database is SqlServerAccounts ? ($"TOP {MaxValues} ", "") : ("", $" LIMIT {MaxValues}");
        var counts = await database.Database
            .SqlQueryRaw<Counted>(
                $"SELECT {top}CAST({name} AS {text}) AS {identity.Quote("Text")}, CAST(COUNT(*) AS bigint) AS {identity.Quote("Count")} "
                    + $"FROM {table} GROUP BY CAST({name} AS {text}) ORDER BY COUNT(*) DESC{limit}")
            .ToListAsync();
        return counts.Count == 0
            ? "no values"
            : string.Join(", ", counts.Select(row => string.Create(CultureInfo.InvariantCulture, $"{row.Text ?? "null"}: {row.Count:N0}")));
    }

    private static async Task<bool> HasRowSecurityAsync(AccountsContext database)
    {
        var sql = database switch
        {
            PostgreSqlAccounts => "SELECT relrowsecurity AS \"Value\" FROM pg_class WHERE oid = to_regclass({0})",
            SqlServerAccounts => """
                SELECT CAST(COUNT(*) AS bit) AS [Value] FROM sys.security_predicates WHERE target_object_id = OBJECT_ID({0})
                """,
            _ => null,
        };
        return sql is not null
            && await database.Database.SqlQueryRaw<bool?>(sql, database.Identity.Table("Users"))
                .SingleOrDefaultAsync() == true;
    }

    private sealed record Counted(string? Text, long Count);
}
