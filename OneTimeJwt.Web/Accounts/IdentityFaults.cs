using System.Data.Common;
using System.Diagnostics.CodeAnalysis;

namespace OneTimeJwt.Web.Accounts;

/// <summary>What is wrong with the settings below <c>Database:Identity</c>, seen from the database.</summary>
internal sealed class IdentityFaults(
    IDbContextFactory<AccountsContext> contexts, IdentityMaps maps, PlainDatabase plain, IOptions<IdentitySettings> settings)
{
    private const string Section = "Database:Identity";

    public async Task<IReadOnlyList<string>> FindAsync()
    {
        if (Of(maps.Current) is { Count: > 0 } faults)
            return faults;
        if (CanCompare(maps.Current))
            return [];

        await using var database = await contexts.CreateDbContextAsync();
        return await FindAsync(database);
    }

    /// <summary>The same with what the database says to the conditions.</summary>
    [SuppressMessage("Security", "EF1002", Justification = "Names come from the database and are delimited; values are literals.")]
    public async Task<IReadOnlyList<string>> FindAsync(AccountsContext database)
    {
        var faults = Of(database.Identity);
        if (faults.Count > 0 || database.Identity.ActiveSql("u") is not { } active)
            return faults;

        try
        {
            await database.Database.ExecuteSqlRawAsync(Comparison(database.Identity, active).InFormat());
            return [];
        }
        catch (DbException fault) when (!fault.IsTransient)
        {
            return
            [
                $"{Section}:Active: the database can't compare with these values ({fault.Cause()}): "
                    + "write values of their columns' types",
            ];
        }
    }

    private bool CanCompare(IdentityMap identity)
    {
        try
        {
            if (identity.ActiveSql("u") is { } active)
                plain.Try(Comparison(identity, active));
            return true;
        }
        catch (DbException)
        {
            return false;
        }
    }

    private static string Comparison(IdentityMap identity, string active) =>
        $"SELECT 1 FROM {identity.Table("Users")} AS u WHERE 1 = 0 AND {active}";

    /// <returns>Nothing where there is no users table yet.</returns>
    public IReadOnlyList<string> Of(IdentityMap identity) => identity.IsFound ? [.. All(identity)] : [];

    private IEnumerable<string> All(IdentityMap identity)
    {
        var table = identity.NameOf("Users");
        foreach (var missing in identity.Missing.Except(IdentityNames.Optional))
            yield return $"{table} has no column {identity.ColumnOf(missing)}. Where {missing} is called otherwise, set "
                + $"{Section}:Columns:{missing}; 'database adopt --check' looks for it.";
        if (settings.Value.KeyType is { } type && identity.Find("Id") is { } id
            && IdentityMap.TypeOf(id, identity.Provider) is var actual && !Fits(type, actual, identity.Provider))
            yield return $"{Section}:KeyType is {type}, and {table}.{id.Name} is of the type {id.Type}: set it to {actual}, or leave it "
                + "out";

        foreach (var condition in settings.Value.Active.Select(ActiveCondition.Parse).OfType<ActiveCondition>())
        {
            if (identity.Column(condition.Column) is not { } column)
                yield return $"{Section}:Active: {table} has no column {condition.Column}: name one that is there, or leave it out";
            else if (condition.Sql("c", column.Type, identity.Provider) is null)
                yield return $"{Section}:Active: {condition.Column} is of the type {column.Type} and can't be "
                    + $"'{string.Join("', '", condition.Values.Select(value => value.Text))}': write values of that type";
        }

        if (settings.Value.ActiveRole is { Length: > 0 } role && (!identity.Has("UserRoles") || !identity.Has("Roles")))
            yield return $"{Section}:ActiveRole is {role}, and there are no tables {identity.NameOf("Roles")} and "
                + $"{identity.NameOf("UserRoles")}: set {Section}:Tables:Roles and :UserRoles, or leave it out";
        if (identity.Tenant is { } tenant)
        {
            if (identity.Column(tenant.Column!) is not { } column)
                yield return $"{Section}:Tenant:Column: {table} has no column {tenant.Column}: name one that is there, or leave it out";
            else if (!TenantValue.Fits(column.Type, tenant.Value!))
                yield return $"{Section}:Tenant:Value can't be one of {tenant.Column}, which is of the type {column.Type}";
        }

        if (settings.Value.ClearPasskeys && !identity.Has("UserPasskeys"))
            yield return $"{Section}:ClearPasskeys is true, and there is no table {identity.NameOf("UserPasskeys")}: set "
                + $"{Section}:Tables:UserPasskeys, or leave it out";
        foreach (var name in settings.Value.ClearOnReset)
        {
            if (identity.Column(name) is not { } column)
                yield return $"{Section}:ClearOnReset: {table} has no column {name}: name one that is there, or leave it out";
            else if (IdentityNames.Columns.Any(known => identity.ColumnOf(known) == name))
                yield return $"{Section}:ClearOnReset: {name} is one of Identity's own columns: leave it out";
            else if (column.IsRequired)
                yield return $"{Section}:ClearOnReset: {name} can't be null: leave it out, or let it be null";
        }
    }

    // A text column may hold GUIDs on SQLite, which has no type for them, and a whole number is read as either.
    private static bool Fits(AccountKeyType set, AccountKeyType actual, DatabaseProvider provider) =>
        set == actual
        || (provider == DatabaseProvider.Sqlite
            && (set, actual) is (AccountKeyType.Guid, AccountKeyType.String) or (AccountKeyType.Int32, AccountKeyType.Int64));
}
