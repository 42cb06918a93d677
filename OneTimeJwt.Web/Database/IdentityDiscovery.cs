namespace OneTimeJwt.Web.Database;

/// <summary>A users table of Identity's that was recognised by its columns.</summary>
/// <param name="Schema">Its schema; empty on SQLite.</param>
/// <param name="Table">Its name.</param>
/// <param name="Settings">What has to be set for it below <c>Database:Identity</c>, where that differs from the defaults.</param>
/// <param name="Obstacles">Why it can't be used.</param>
internal sealed record FoundIdentity(
    string Schema, string Table, IReadOnlyList<(string Key, string Value)> Settings, IReadOnlyList<string> Obstacles)
{
    public string FullName => Schema.Length > 0 ? $"{Schema}.{Table}" : Table;
}

/// <summary>Recognises Identity's tables by their columns, whatever they are called.</summary>
internal static class IdentityDiscovery
{
    // Of a stamp of ours, a GUID, and a hash of Identity's version 3 or 2.
    private static readonly (string Column, int Least)[] Lengths = [("SecurityStamp", 32), ("ConcurrencyStamp", 36), ("PasswordHash", 68)];

    private static readonly string[] TextTypes =
        ["text", "character varying", "character", "nvarchar", "varchar", "nchar", "char", "ntext", "citext", ""];

    private static readonly string[] NumberTypes = ["uuid", "uniqueidentifier", "integer", "int", "bigint"];

    private static readonly string[] MomentTypes =
    [
        "timestamp with time zone", "timestamp without time zone", "datetimeoffset", "datetime", "datetime2",
        "text", "integer", "",
    ];

    public static IReadOnlyList<FoundIdentity> In(IReadOnlyList<SchemaColumn> columns, DatabaseProvider provider) =>
    [
        .. Tables(columns)
            .Where(IsUsers)
            .Select(table => Describe([.. table], columns, provider))
            .OrderBy(found => found.FullName, StringComparer.Ordinal),
    ];

    /// <summary>Tables that hold people's security stamps and can't be used, and why.</summary>
    public static IEnumerable<string> Unsuitable(IReadOnlyList<SchemaColumn> columns) => Tables(columns)
        .Where(table => table.Any(column => IdentityNames.Plain(column.Name).StartsWith("securitystamp", StringComparison.Ordinal)))
        .Where(table => !IsUsers(table))
        .Select(table => IdentityNames.Find(table, "PasswordHash") is null
            ? $"{table.Key.Table} has a security stamp and no PasswordHash: another store than Identity's tables keeps its passwords, "
                + "which can't be adopted."
            : $"{table.Key.Table} has no NormalizedUserName and no NormalizedEmail: it was made for another Identity than ASP.NET Core's, "
                + "which can't be adopted.");

    private static IEnumerable<IGrouping<(string Schema, string Table), SchemaColumn>> Tables(IEnumerable<SchemaColumn> columns) =>
        columns.Where(column => !column.IsView && !AccountsContext.IsOurs(column.Table))
        .GroupBy(column => (column.Schema, column.Table));

    private static bool IsUsers(IEnumerable<SchemaColumn> table) =>
        IdentityNames.Find(table, "PasswordHash") is not null
        && IdentityNames.Find(table, "SecurityStamp") is not null
        && (IdentityNames.Find(table, "NormalizedUserName") ?? IdentityNames.Find(table, "NormalizedEmail")) is not null;

    private static FoundIdentity Describe(
        IReadOnlyList<SchemaColumn> users, IReadOnlyList<SchemaColumn> all, DatabaseProvider provider)
    {
        var (schema, table) = (users[0].Schema, users[0].Table);
        var settings = new List<(string Key, string Value)>();
        if (!users[0].IsVisible)
            settings.Add(("Schema", schema));
        if (table != IdentityNames.TableOf("Users"))
            settings.Add(("Tables:Users", table));

        var beside = Tables(all.Where(column => column.Schema == schema && column.Table != table)).ToList();
        var related = IdentityNames.Mapped.Except(["Users"]).Select(name => (Name: name, Table: Closest(name, table, beside))).ToList();
        settings.AddRange(related
            .Where(pair => pair.Table is { } found && found != IdentityNames.TableOf(pair.Name))
            .Select(pair => ($"Tables:{pair.Name}", pair.Table!)));

        var present = IdentityNames.Columns
            .Select(name => (Name: name, Column: IdentityNames.Find(users, name)!))
            .Where(pair => pair.Column is not null)
            .ToList();
        var isSnake = present.Exists(pair => pair.Column.Name.Contains('_', StringComparison.Ordinal));
        var naming = isSnake ? IdentityNaming.Snake : IdentityNaming.Pascal;
        settings.AddRange(present
            .Where(pair => pair.Column.Name != IdentityNames.In(naming, pair.Name))
            .Select(pair => ($"Columns:{pair.Name}", pair.Column.Name)));
        if (isSnake)
            settings.Add(("Naming", nameof(IdentityNaming.Snake)));
        if (IdentityNames.Find(users, "Id") is { } id && IdentityMap.TypeOf(id, provider) is var type and not AccountKeyType.String)
            settings.Add(("KeyType", type.ToString()));
        return new FoundIdentity(schema, table, settings, [.. Obstacles(table, present.ToDictionary())]);
    }

    // Where several fit, as with two users tables, the one whose name begins as the users table's does.
    private static string? Closest(
        string name, string users, IReadOnlyList<IGrouping<(string Schema, string Table), SchemaColumn>> tables) => tables
        .Where(table => IdentityNames.Tables[name].All(wanted => IdentityNames.Find(table, wanted) is not null))
        .Select(table => table.Key.Table)
        .OrderByDescending(table => table == IdentityNames.TableOf(name))
        .ThenByDescending(table => table.Zip(users).TakeWhile(pair => pair.First == pair.Second).Count())
        .ThenBy(table => table.Length)
        .FirstOrDefault();

    private static IEnumerable<string> Obstacles(string table, Dictionary<string, SchemaColumn> columns)
    {
        foreach (var missing in IdentityNames.Columns.Except(IdentityNames.Optional).Where(name => !columns.ContainsKey(name)))
            yield return $"{table} has no column {missing}.";

        if (columns.TryGetValue("Id", out var id) && !IsOf(id, [.. TextTypes, .. NumberTypes]))
            yield return $"{table}.{id.Name} is of the type {id.Type}: keys that are texts, whole numbers or GUIDs with a type of their "
                + "own can be adopted.";
        if (columns.TryGetValue("LockoutEnd", out var end) && !IsOf(end, MomentTypes))
            yield return $"{table}.{end.Name} is of the type {end.Type}, which holds no moment that can be read.";
        foreach (var (name, least) in Lengths)
        {
            if (columns.TryGetValue(name, out var column) && column.MaxLength is { } most and >= 0 && most < least)
                yield return $"{table}.{column.Name} takes {most} characters, and a new value has {least}: make it longer.";
        }
    }

    private static bool IsOf(SchemaColumn column, IEnumerable<string> types) =>
        types.Contains(column.Type.Split('(')[0].Trim().ToLowerInvariant());
}
