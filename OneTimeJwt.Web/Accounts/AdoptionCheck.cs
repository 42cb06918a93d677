namespace OneTimeJwt.Web.Accounts;

/// <summary>What was found in an Identity database that already exists.</summary>
/// <param name="Obstacles">Why it can't be adopted; none where it can.</param>
/// <param name="Notes">What is there, and what it will mean.</param>
internal sealed record AdoptionReport(IReadOnlyList<string> Obstacles, IReadOnlyList<string> Notes);

/// <summary>Looks at an ASP.NET Core Identity database of any schema version and says whether it can be used as it
/// is. It changes nothing.</summary>
internal sealed class AdoptionCheck(IDbContextFactory<AccountsContext> contexts, HostColumns host, AdoptionNotes notes)
{
    private static readonly string[] TextTypes = ["text", "character varying", "nvarchar", "varchar", "nchar", "char", "ntext"];

    public async Task<AdoptionReport> CheckAsync(CancellationToken cancellationToken = default)
    {
        await using var database = await contexts.CreateDbContextAsync(cancellationToken);
        var columns = await DatabaseSchema.ReadAsync(database, cancellationToken);
        var path = await SchemaPath.ReadAsync(database, cancellationToken);
        if (columns.All(column => column.Table != "AspNetUsers"))
            return new AdoptionReport([Missing(path)], []);

        var known = Known(database);
        var obstacles = Obstacles(columns, known).ToList();
        if (columns.All(column => column.Table != AccountsContext.HistoryTable))
        {
            obstacles.AddRange(
                columns
                    .Select(column => column.Table)
                    .Distinct()
                    .Where(IsOurs)
                    .Select(table =>
                        $"There is a table {table} already, and it was not made here: every table of ours starts with "
                            + $"{AccountsContext.OurPrefix}. Rename it."));
        }

        if (
            obstacles.Count == 0
            && database is PostgreSqlAccounts
            && await BeyondCalendarAsync(database, cancellationToken) is > 0 and var beyond)
            obstacles.Add(
                $"AspNetUsers.LockoutEnd lies outside of the years 1 to 9999 in {beyond} rows, and .NET reads no such date: set it to "
                    + "'infinity', or to NULL.");

        return obstacles.Count > 0
            ? new AdoptionReport(obstacles, [])
            : new AdoptionReport(
                [],
                [
                    .. await EncodingAsync(database, cancellationToken),
                    .. Hidden(path),
                    .. Required(columns, known, database),
                    .. await host.FaultsAsync(cancellationToken),
                    .. await CountedAsync(database, cancellationToken),
                ]);
    }

    private static string Missing(SchemaPath path) => path switch
    {
        { Current: { } current } =>
            $"There is a table AspNetUsers{path.In(current)} that this user has no rights to: give it SELECT, INSERT, UPDATE and DELETE.",
        { Others: [var other, ..] } =>
            $"There is no table AspNetUsers where names are looked up, but there is one{path.In(other)}. {path.Mend(other)}.",
        _ => "There is no table AspNetUsers: only ASP.NET Core Identity's default table names can be adopted. "
            + "For a database of its own run 'database migrate'.",
    };

    private static IEnumerable<string> Hidden(SchemaPath path) => path.Others.Select(other =>
        $"The accounts are those{path.In(path.Current!)}. "
            + $"There is a table AspNetUsers{path.In(other)} too, which is not looked at. {path.Mend(other)}.");

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
                $"A row of AspNetUsers can't be read ({cause}): its account gets no link and can't sign in here. "
                    + "What is odd about the accounts was not counted.",
            ];
        }
    }

    private static Task<int> BeyondCalendarAsync(AccountsContext database, CancellationToken cancellationToken) =>
        database
            .Database.SqlQuery<int>(
                $"""
                SELECT count(*)::int AS "Value" FROM "AspNetUsers"
                WHERE isfinite("LockoutEnd") AND ("LockoutEnd" >= '10000-01-01+00' OR "LockoutEnd" < '0001-01-01+00')
                """)
            .SingleAsync(cancellationToken);

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

        foreach (
            var key in columns.Where(column => column is { Table: "AspNetUsers" or "AspNetRoles", Name: "Id" } && !IsText(column.Type)))
            yield return $"{key.Table}.{key.Name} is of the type {key.Type}: only keys that are strings, Identity's default, can be "
                + "adopted.";
    }

    private static bool IsText(string type) => TextTypes.Contains(type.Split('(')[0].Trim().ToLowerInvariant());

    private IEnumerable<string> Required(IReadOnlyList<SchemaColumn> columns, ILookup<string, string> known, AccountsContext database) =>
        [
            .. host.Unset([.. columns.Where(column => column.Table == "AspNetUsers")], database)
                .Select(name =>
                    $"AspNetUsers.{name} must have a value that this app doesn't know: an invitation can't add an account. Set "
                        + $"{HostColumns.SettingOf(name)}, or give the column a default."),
            .. from column in columns
            where
                column.IsRequired
                && column.Table != "AspNetUsers"
                && known.Contains(column.Table)
                && !known[column.Table].Contains(column.Name)
            select $"{column.Table}.{column.Name} must have a value that this app doesn't know: what is written there is refused. A "
                + "default on the column mends it.",
        ];
}
