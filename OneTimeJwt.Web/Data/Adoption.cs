using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata;

namespace OneTimeJwt.Web.Data;

/// <summary>What was found in an Identity database that already exists.</summary>
/// <param name="Obstacles">Why it can't be adopted; none where it can.</param>
/// <param name="Notes">What is there, and what it will mean.</param>
internal sealed record AdoptionReport(IReadOnlyList<string> Obstacles, IReadOnlyList<string> Notes);

/// <summary>Looks at an ASP.NET Core Identity database of any schema version and says whether it can be used as it is. It changes nothing.</summary>
internal sealed class Adoption(IDbContextFactory<AccountsContext> contexts)
{
    private static readonly string[] TextTypes = ["text", "character varying", "nvarchar", "varchar", "nchar", "char", "ntext"];

    public async Task<AdoptionReport> CheckAsync(CancellationToken cancellationToken = default)
    {
        await using var database = await contexts.CreateDbContextAsync(cancellationToken);
        var columns = await DatabaseSchema.ReadAsync(database, cancellationToken);
        if (columns.All(column => column.Table != "AspNetUsers"))
            return new AdoptionReport(["There is no table AspNetUsers: only ASP.NET Core Identity's default table names can be adopted. For a database of its own run 'database migrate'."], []);

        var known = Known(database);
        var obstacles = Obstacles(columns, known).ToList();
        if (columns.All(column => column.Table != AccountsContext.HistoryTable))
        {
            obstacles.AddRange(columns.Select(column => column.Table).Distinct().Where(IsOurs).Select(table =>
                $"There is a table {table} already, and it was not made here: every table of ours starts with {AccountsContext.OurPrefix}. Rename it."));
        }

        return obstacles.Count > 0
            ? new AdoptionReport(obstacles, [])
            : new AdoptionReport([], [.. Required(columns, known), .. await NotesAsync(database, cancellationToken)]);
    }

    private static bool IsOurs(string table) => table.StartsWith(AccountsContext.OurPrefix, StringComparison.Ordinal);

    // Columns that we read or write in tables that aren't our own.
    private static ILookup<string, string> Known(AccountsContext database) =>
        (from type in database.Model.GetEntityTypes()
         let table = type.GetTableName()
         where !IsOurs(table)
         from property in type.GetProperties()
         select (Table: table, Column: property.GetColumnName())).ToLookup(pair => pair.Table, pair => pair.Column);

    private static IEnumerable<string> Obstacles(IReadOnlyList<SchemaColumn> columns, ILookup<string, string> known)
    {
        var there = columns.ToLookup(column => column.Table);
        foreach (var table in known)
        {
            if (!there.Contains(table.Key))
            {
                yield return $"There is no table {table.Key}: Identity with roles makes one.";
                continue;
            }

            foreach (var missing in table.Except(there[table.Key].Select(column => column.Name)))
                yield return $"{table.Key} has no column {missing}.";
        }

        foreach (var key in columns.Where(column => column is { Table: "AspNetUsers" or "AspNetRoles", Name: "Id" } && !IsText(column.Type)))
            yield return $"{key.Table}.{key.Name} is of the type {key.Type}: only keys that are strings, Identity's default, can be adopted.";
    }

    private static bool IsText(string type) => TextTypes.Contains(type.Split('(')[0].Trim().ToLowerInvariant());

    private static IEnumerable<string> Required(IReadOnlyList<SchemaColumn> columns, ILookup<string, string> known) =>
        from column in columns
        where column.IsRequired && known.Contains(column.Table) && !known[column.Table].Contains(column.Name)
        select $"{column.Table}.{column.Name} must have a value that this app doesn't know: {(column.Table == "AspNetUsers" ? "an invitation can't add an account; invite people who have one" : "what is written there is refused")}. A default on the column mends it.";

    private static async Task<IReadOnlyList<string>> NotesAsync(AccountsContext database, CancellationToken cancellationToken)
    {
        var accounts = database.Users.AsNoTracking();
        var shared = await accounts.Where(account => account.NormalizedEmail != null).GroupBy(account => account.NormalizedEmail).Where(alike => alike.Count() > 1)
            .Select(alike => alike.Count()).ToListAsync(cancellationToken);
        var notes = new List<string> { Count(await accounts.CountAsync(cancellationToken), "account", "") };
        Add(shared.Count, "address", "belongs to several accounts: each of them gets a mail of its own, and signs in here by its user name.", "belong to several accounts: each of them gets a mail of its own, and signs in here by its user name.");
        Add(await accounts.CountAsync(account => account.SecurityStamp == null || account.SecurityStamp == "", cancellationToken), "account", "has no security stamp: no link can be made for it until it is given one, as Identity does when its password or address is changed.", "have no security stamp: no link can be made for them until they are given one, as Identity does when a password or an address is changed.");
        Add(await accounts.CountAsync(account => account.Email != null && account.Email != "" && account.NormalizedEmail == null, cancellationToken), "account", "has an address without its normalised form: it isn't found by that address.", "have an address without its normalised form: they aren't found by that address.");
        Add(await accounts.CountAsync(account => account.Email == null || account.Email == "", cancellationToken), "account", "has no address: no link can be mailed to it.", "have no address: no link can be mailed to them.");
        Add(await accounts.CountAsync(account => account.PasswordHash == null, cancellationToken), "account", "has no password and signs in through another provider: it gets a mail that names it and no link, unless Recovery:AllowExternalOnly is true.", "have no password and sign in through another provider: they get a mail that names it and no link, unless Recovery:AllowExternalOnly is true.");
        // The first byte, in base64, of the formats that Identity writes (V2 and V3).
        Add(await accounts.CountAsync(account => account.PasswordHash != null && !account.PasswordHash.StartsWith("AA") && !account.PasswordHash.StartsWith("AQ"), cancellationToken), "account", "has a password hash that isn't Identity's own: it can't sign in here until its password was reset, and your site has to know Identity's format then.", "have a password hash that isn't Identity's own: they can't sign in here until their password was reset, and your site has to know Identity's format then.");
        if (database.SearchCollation is { } collation)
            notes.Add($"""With many accounts the console's search wants indexes that Identity doesn't make: CREATE INDEX CONCURRENTLY ON "AspNetUsers" (<column> COLLATE "{collation}", "Id" COLLATE "{collation}") for "NormalizedEmail" and for "NormalizedUserName". They are yours to make; it works without.""");
        return notes;

        void Add(int count, string noun, string one, string many)
        {
            if (count > 0)
                notes.Add(Count(count, noun, count == 1 ? one : many));
        }
    }

    private static string Count(int count, string noun, string rest) =>
        string.Create(CultureInfo.InvariantCulture, $"{count:N0} {noun}{(count == 1 ? "" : noun.EndsWith('s') ? "es" : "s")} {rest}").TrimEnd() + (rest.Length == 0 ? "." : "");
}
