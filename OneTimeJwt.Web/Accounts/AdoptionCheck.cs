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

    public Task<AdoptionReport> CheckAsync(CancellationToken cancellationToken = default) => CheckAsync(users: null, cancellationToken);

    /// <param name="users">The users table that is meant, where there are several.</param>
    /// <param name="cancellationToken">Ends the queries.</param>
    public async Task<AdoptionReport> CheckAsync(string? users, CancellationToken cancellationToken = default)
    {
        await using var database = await contexts.CreateDbContextAsync(cancellationToken);
        var columns = await DatabaseSchema.ReadAllAsync(database, cancellationToken);
        var found = IdentityDiscovery.In(columns, database.Identity.Provider)
            .Where(table => users is null || users == table.Table || users == table.FullName)
            .ToList();
        var path = await SchemaPath.ReadAsync(database, cancellationToken);
        if (database.Identity.IsComplete && (users is null || found.Exists(table => table.Table == database.Identity.NameOf("Users"))))
        {
            if (database.Identity.ColumnsOf("Users").Any(column => !column.IsReadable))
                return new AdoptionReport([NoRights(database.Identity.NameOf("Users"), path)], []);

            var report = await LookAsync(database, columns, path, cancellationToken);
            var used = found.Find(table => table.Table == database.Identity.NameOf("Users") && table.Schema == (path.Current ?? ""))
                ?? found.Find(table => table.Table == database.Identity.NameOf("Users"));
            if (used is null)
                return report;

            var complete = await WithKeyTypeAsync(used, columns, cancellationToken);
            return report with
            {
                Settings = Lines(complete),
                LacksSettings = complete.Settings.Any(setting => IsLacking(setting, database.Identity)),
            };
        }

        return found switch
        {
            [] => new AdoptionReport([.. Missing(path, database.Identity, users), .. IdentityDiscovery.Unsuitable(columns)], []),
            [{ Obstacles: [] } only] => await ProposeAsync(only, columns, cancellationToken),
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

    private async Task<AdoptionReport> ProposeAsync(
        FoundIdentity found, IReadOnlyList<SchemaColumn> columns, CancellationToken cancellationToken)
    {
        var complete = await WithKeyTypeAsync(found, columns, cancellationToken);
        var proposed = settings.Value.With(complete.Settings);
        await using var database = maps.ContextFor(proposed, columns);
        var path = await SchemaPath.ReadAsync(database, cancellationToken);
        var report = await LookAsync(database, columns, path, cancellationToken);
        return report with { Settings = Lines(complete), LacksSettings = true };
    }

    // SQLite has no type for GUIDs: Entity Framework writes them in capitals, and Identity's own text keys in small letters.
    private async Task<FoundIdentity> WithKeyTypeAsync(
        FoundIdentity found, IReadOnlyList<SchemaColumn> columns, CancellationToken cancellationToken)
    {
        await using var database = maps.ContextFor(settings.Value.With(found.Settings), columns);
        if (database is not SqliteAccounts || found.Settings.Any(setting => setting.Key == nameof(IdentitySettings.KeyType)))
            return found;

        var ids = await database.Users.IgnoreQueryFilters().Select(account => account.Id).Order().Take(100).ToListAsync(cancellationToken);
        return ids.Count > 0 && ids.All(id => Guid.TryParseExact(id, "D", out _) && !id.Any(char.IsAsciiLetterLower))
            ? found with { Settings = [.. found.Settings, (nameof(IdentitySettings.KeyType), nameof(AccountKeyType.Guid))] }
            : found;
    }

    private async Task<AdoptionReport> LookAsync(
        AccountsContext database, IReadOnlyList<SchemaColumn> columns, SchemaPath path, CancellationToken cancellationToken)
    {
        var obstacles = new List<string>([
            .. IdentityDiscovery.In([.. columns.Where(column => database.Identity.Matches(column, "Users"))], database.Identity.Provider)
                .SelectMany(found => found.Obstacles),
            .. await faults.FindAsync(database, cancellationToken),
            .. InTheWay(columns),
        ]);
        if (obstacles.Count == 0 && database.Identity.Find("LockoutEnd") is { } end)
            obstacles.AddRange(await UnreadableAsync(database, end, cancellationToken));

        return obstacles.Count > 0
            ? new AdoptionReport(obstacles, [])
            : new AdoptionReport(
                [],
                [
                    .. await EncodingAsync(database, cancellationToken),
                    .. Hidden(path, database.Identity),
                    .. Required(columns, database),
                    .. await host.FaultsAsync(database, cancellationToken),
                    .. HostHints.Missing(database.Identity),
                    .. await hints.OfAsync(database, cancellationToken),
                    .. await CountedAsync(database, cancellationToken),
                ]);
    }

    private static IEnumerable<string> InTheWay(IReadOnlyList<SchemaColumn> columns)
    {
        var tables = columns.Where(column => column.IsVisible).Select(column => column.Table).Distinct().ToList();
        return tables.Contains(AccountsContext.HistoryTable) ? [] : tables
            .Where(table => table.StartsWith(AccountsContext.OurPrefix, StringComparison.Ordinal))
            .Select(table =>
                $"There is a table {table} already, and it was not made here: every table of ours starts with "
                    + $"{AccountsContext.OurPrefix}. Rename it.");
    }

    private static IReadOnlyList<string> Lines(FoundIdentity found) =>
    [
        .. found.Settings.Select(setting =>
            $"Database__Identity__{setting.Key.Replace(":", "__", StringComparison.Ordinal)}={setting.Value}"),
    ];

    private static IEnumerable<string> Missing(SchemaPath path, IdentityMap identity, string? users)
    {
        var name = users ?? identity.NameOf("Users");
        yield return path.Current is not null && users is null
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

    private static async Task<IEnumerable<string>> EncodingAsync(AccountsContext database, CancellationToken cancellationToken) =>
        await ServerEncoding.NoteAsync(database, cancellationToken) is { } note ? [note] : [];

    private async Task<IReadOnlyList<string>> CountedAsync(AccountsContext database, CancellationToken cancellationToken)
    {
        try
        {
            return await notes.OfAsync(database, cancellationToken);
        }
        catch (Exception fault) when (fault.IsUnreadableRow())
        {
            var cause = fault.GetBaseException().Message.ReplaceLineEndings(" ").TrimEnd('.');
            return
            [
                $"A row of {database.Identity.NameOf("Users")} can't be read ({cause}): its account gets no link and can't sign in here. "
                    + "What is odd about the accounts was not counted.",
            ];
        }
    }

    private static async Task<IEnumerable<string>> UnreadableAsync(
        AccountsContext database, SchemaColumn lockoutEnd, CancellationToken cancellationToken)
    {
        var (name, end) = ($"{lockoutEnd.Table}.{lockoutEnd.Name}", database.Identity.Quote(lockoutEnd.Name));
        if (database is PostgreSqlAccounts
            && await CountAsync(
                database, $"isfinite({end}) AND ({end} >= '10000-01-01' OR {end} < '0001-01-01')", cancellationToken) is > 0 and var beyond)
            return
            [
                $"{name} lies outside of the years 1 to 9999 in {beyond} rows, and .NET reads no such date: set it to 'infinity', or to "
                    + "NULL.",
            ];

        var write = new DateTimeOffsetToBinaryConverter().ConvertToProviderTyped;
        return database.Identity.LockoutEnd == MomentColumn.Binary
            && await CountAsync(
                database, $"{end} < {write(EarliestNumber)} OR {end} > {write(DateTimeOffset.MaxValue)}", cancellationToken)
                is > 0 and var others
            ? [$"{name} holds numbers in {others} rows that aren't moments as Entity Framework writes them: they can't be read."]
            : [];
    }

    [SuppressMessage("Security", "EF1002", Justification = "Names come from the database and are delimited; values are ours.")]
    private static Task<int> CountAsync(AccountsContext database, string condition, CancellationToken cancellationToken) =>
        database.Database
            .SqlQueryRaw<int>(
                $"SELECT CAST(COUNT(*) AS int) AS \"Value\" FROM {database.Identity.Table("Users")} WHERE {condition}".InFormat())
            .SingleAsync(cancellationToken);

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
