using System.Diagnostics.CodeAnalysis;
using Microsoft.EntityFrameworkCore.Storage.ValueConversion;

namespace OneTimeJwt.Web.Accounts;

/// <summary>What was found in an Identity database that already exists.</summary>
/// <param name="Obstacles">Why it can't be adopted; none where it can.</param>
/// <param name="Notes">What is there, and what it will mean.</param>
internal sealed record AdoptionReport(IReadOnlyList<string> Obstacles, IReadOnlyList<string> Notes)
{
    /// <summary>The settings that the database needs, as lines for the environment.</summary>
    public IReadOnlyList<string> Settings { get; init; } = [];

    /// <summary>Whether some of them are not set yet.</summary>
    public bool LacksSettings { get; init; }
}

/// <summary>Looks at an ASP.NET Core Identity database of any shape and says whether it can be used as it is, and with which
/// settings. It changes nothing.</summary>
internal sealed class AdoptionCheck(
    IDbContextFactory<AccountsContext> contexts,
    IdentityMaps maps,
    IdentityFaults faults,
    HostColumns host,
    HostHints hints,
    AdoptionNotes notes,
    IOptions<IdentitySettings> settings)
{
    // Before there was ASP.NET Core Identity: seconds, milliseconds and ticks of any calendar read as earlier moments.
    private static readonly DateTimeOffset EarliestNumber = new(2000, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <param name="users">The users table that is meant, where there are several.</param>
    public async Task<AdoptionReport> CheckAsync(string? users = null)
    {
        await using var database = await contexts.CreateDbContextAsync();
        var identity = database.Identity;
        var columns = await DatabaseSchema.ReadAllAsync(database);
        var found = IdentityDiscovery.In(columns, identity.Provider)
            .Where(table => users is null || users == table.Table || users == table.FullName)
            .ToList();
        var path = await SchemaPath.ReadAsync(database);
        var used = found
            .Where(table => table.Table == identity.NameOf("Users"))
            .MaxBy(table => table.Schema == (path.Current ?? ""));
        if (identity.IsComplete && (users is null || used is not null))
        {
            if (identity.ColumnsOf("Users").Any(column => !column.IsReadable))
                return new AdoptionReport([NoRights(identity.NameOf("Users"), path)], []);

            var report = await LookAsync(database, columns, path);
            if (used is null)
                return report;

            var complete = await WithKeyTypeAsync(used, columns);
            return report with
            {
                Settings = Lines(complete),
                LacksSettings = complete.Settings.Any(setting => IsLacking(setting, identity)),
            };
        }

        return found switch
        {
            [] => new AdoptionReport([Missing(path, identity, users), .. IdentityDiscovery.Unsuitable(columns)], []),
            [{ Obstacles: [] } only] => await ProposeAsync(only, columns),
            [{ } only] => new AdoptionReport([.. only.Obstacles, .. InTheWay(columns)], []),
            _ => new AdoptionReport(
                [
                    $"Several tables hold accounts: {string.Join(", ", found.Select(table => table.FullName))}. Say which one is meant: "
                        + $"--users {found[0].FullName}",
                ],
                []),
        };
    }

    // A column or a table that is there under another name than the settings give it, or a key that is read as another type.
    private static bool IsLacking((string Key, string Value) setting, IdentityMap identity) => setting.Key.Split(':') switch
    {
        ["Columns", var name] => identity.Missing.Contains(name),
        ["Tables", var name] => !identity.Has(name),
        [nameof(IdentitySettings.KeyType)] => identity.KeyType.ToString() != setting.Value && setting.Value == nameof(AccountKeyType.Guid),
        _ => false,
    };

    private async Task<AdoptionReport> ProposeAsync(FoundIdentity found, IReadOnlyList<SchemaColumn> columns)
    {
        var complete = await WithKeyTypeAsync(found, columns);
        await using var database = maps.ContextFor(settings.Value.With(complete.Settings), columns);
        var report = await LookAsync(database, columns, await SchemaPath.ReadAsync(database));
        return report with { Settings = Lines(complete), LacksSettings = true };
    }

    // SQLite has no type for GUIDs: Entity Framework writes them in capitals, and Identity's own text keys in small letters.
    private async Task<FoundIdentity> WithKeyTypeAsync(FoundIdentity found, IReadOnlyList<SchemaColumn> columns)
    {
        await using var database = maps.ContextFor(settings.Value.With(found.Settings), columns);
        if (database is not SqliteAccounts || found.Settings.Any(setting => setting.Key == nameof(IdentitySettings.KeyType)))
            return found;

        var ids = await database.Users.IgnoreQueryFilters().Select(account => account.Id).Order().Take(100).ToListAsync();
        return ids.Count > 0 && ids.All(id => Guid.TryParseExact(id, "D", out _) && !id.Any(char.IsAsciiLetterLower))
            ? found with { Settings = [.. found.Settings, (nameof(IdentitySettings.KeyType), nameof(AccountKeyType.Guid))] }
            : found;
    }

    private async Task<AdoptionReport> LookAsync(AccountsContext database, IReadOnlyList<SchemaColumn> columns, SchemaPath path)
    {
        var obstacles = new List<string>([
            .. IdentityDiscovery.In([.. columns.Where(column => database.Identity.Matches(column, "Users"))], database.Identity.Provider)
                .SelectMany(found => found.Obstacles),
            .. await faults.FindAsync(database),
            .. InTheWay(columns),
        ]);
        if (obstacles.Count == 0 && database.Identity.Find("LockoutEnd") is { } end)
            obstacles.AddRange(await UnreadableAsync(database, end));

        return obstacles.Count > 0
            ? new AdoptionReport(obstacles, [])
            : new AdoptionReport(
                [],
                [
                    .. await EncodingAsync(database),
                    .. Hidden(path, database.Identity),
                    .. Required(columns, database),
                    .. await host.FaultsAsync(database),
                    .. HostHints.Missing(database.Identity),
                    .. await hints.OfAsync(database),
                    .. await CountedAsync(database),
                ]);
    }

    private static IEnumerable<string> InTheWay(IReadOnlyList<SchemaColumn> columns)
    {
        var tables = columns.Where(column => column.IsVisible).Select(column => column.Table).Distinct().ToList();
        return tables.Contains(AccountsContext.HistoryTable) ? [] : tables
            .Where(AccountsContext.IsOurs)
            .Select(table =>
                $"There is a table {table} already, and it was not made here: every table of ours starts with "
                    + $"{AccountsContext.OurPrefix}. Rename it.");
    }

    private static IReadOnlyList<string> Lines(FoundIdentity found) =>
    [
        .. found.Settings.Select(setting =>
            $"Database__Identity__{setting.Key.Replace(":", "__", StringComparison.Ordinal)}={setting.Value}"),
    ];

    private static string Missing(SchemaPath path, IdentityMap identity, string? users)
    {
        var name = users ?? identity.NameOf("Users");
        return path.Current is not null && users is null
            ? $"The table {name}{path.In(path.Current)} doesn't have the columns of ASP.NET Core Identity's users."
            : $"There is no table {name}, and none that has the columns of ASP.NET Core Identity's users. For a database of its own run "
                + "'database migrate'.";
    }

    private static string NoRights(string table, SchemaPath path) =>
        $"There is a table {table}{(path.Current is { } schema ? path.In(schema) : "")} that this user has no rights to: give it SELECT, "
            + "INSERT, UPDATE and DELETE.";

    private static IEnumerable<string> Hidden(SchemaPath path, IdentityMap identity) =>
        from other in path.Current is null ? [] : path.Others
        select $"The accounts are those{path.In(path.Current!)}. "
            + $"There is a table {identity.NameOf("Users")}{path.In(other)} too, which is not looked at. {path.Mend(other)}.";

    private static async Task<IEnumerable<string>> EncodingAsync(AccountsContext database) =>
        await ServerEncoding.NoteAsync(database) is { } note ? [note] : [];

    private async Task<IReadOnlyList<string>> CountedAsync(AccountsContext database)
    {
        try
        {
            return await notes.OfAsync(database);
        }
        catch (Exception fault) when (fault.IsUnreadableRow())
        {
            return
            [
                $"A row of {database.Identity.NameOf("Users")} can't be read ({fault.Cause()}): its account gets no link and can't sign in "
                    + "here. What is odd about the accounts was not counted.",
            ];
        }
    }

    private static async Task<IEnumerable<string>> UnreadableAsync(AccountsContext database, SchemaColumn lockoutEnd)
    {
        var (name, end) = ($"{lockoutEnd.Table}.{lockoutEnd.Name}", database.Identity.Quote(lockoutEnd.Name));
        if (database is PostgreSqlAccounts
            && await CountAsync(database, $"isfinite({end}) AND ({end} >= '10000-01-01' OR {end} < '0001-01-01')") is > 0 and var beyond)
            return
            [
                $"{name} lies outside of the years 1 to 9999 in {beyond} rows, and .NET reads no such date: set it to 'infinity', or to "
                    + "NULL.",
            ];

        var write = new DateTimeOffsetToBinaryConverter().ConvertToProviderTyped;
        var (earliest, last) = (write(EarliestNumber), write(DateTimeOffset.MaxValue));
        return database.Identity.LockoutEnd == MomentColumn.Binary
            && await CountAsync(database, $"{end} < {earliest} OR {end} > {last}") is > 0 and var others
            ? [$"{name} holds numbers in {others} rows that aren't moments as Entity Framework writes them: they can't be read."]
            : [];
    }

    [SuppressMessage("Security", "EF1002", Justification = "Names come from the database and are delimited; values are ours.")]
    private static Task<int> CountAsync(AccountsContext database, string condition) =>
        database.Database
            .SqlQueryRaw<int>(
                $"SELECT CAST(COUNT(*) AS int) AS \"Value\" FROM {database.Identity.Table("Users")} WHERE {condition}".InFormat())
            .SingleAsync();

    private IEnumerable<string> Required(IReadOnlyList<SchemaColumn> columns, AccountsContext database)
    {
        var identity = database.Identity;
        var users = identity.NameOf("Users");
        return
        [
            .. host.Unset([.. columns.Where(column => identity.Matches(column, "Users"))], database)
                .Select(name =>
                    $"{users}.{name} must have a value that this app doesn't know: an invitation can't add an account. Set "
                        + $"{HostColumns.SettingOf(name)}, or give the column a default."),
            .. from column in columns
            where column.IsRequired
                && identity.Matches(column, "UserTokens")
                && column.Name != identity.Tenant?.Column
                && !IdentityNames.Tables["UserTokens"].Select(identity.OtherColumnOf).Contains(column.Name)
            select $"{column.Table}.{column.Name} must have a value that this app doesn't know: what is written there is refused. A "
                + "default on the column mends it.",
        ];
    }
}
