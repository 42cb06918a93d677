namespace OneTimeJwt.Web.Database;

/// <summary>
/// What Identity's tables are called and typed in one database: the settings, and what the database itself says. Equal maps have
/// equal <see cref="Key"/>s; a model is made once for each.
/// </summary>
internal sealed class IdentityMap
{
    /// <summary>For a database whose Identity tables are as the framework makes them.</summary>
    public static IdentityMap Default { get; } = new(new IdentitySettings(), [], DatabaseProvider.Sqlite);

    private readonly IdentitySettings _settings;
    private readonly ILookup<string, SchemaColumn> _found;

    /// <param name="settings">Names.</param>
    /// <param name="columns">Of the whole database.</param>
    /// <param name="provider">Whose SQL conditions are written in.</param>
    public IdentityMap(IdentitySettings settings, IEnumerable<SchemaColumn> columns, DatabaseProvider provider)
    {
        (_settings, Provider) = (settings, provider);
        var names = IdentityNames.Tables.Keys.ToLookup(NameOf, StringComparer.Ordinal);
        _found = columns
            .SelectMany(column => names[column.Table].Select(name => (Name: name, Column: column)))
            .Where(pair => Matches(pair.Column, pair.Name))
            .ToLookup(pair => pair.Name, pair => pair.Column);
        IsFound = _found["Users"].Any();
        Missing = IsFound ? [.. IdentityNames.Columns.Where(name => Find(name) is null)] : [];
        var id = Find("Id");
        KeyType = settings.KeyType ?? (id is null ? AccountKeyType.String : TypeOf(id, provider));
        Key = string.Join('\n', Parts());
    }

    public DatabaseProvider Provider { get; }

    /// <summary>The tables' schema; null where names are looked up.</summary>
    public string? Schema => string.IsNullOrEmpty(_settings.Schema) ? null : _settings.Schema;

    /// <summary>Whether there is a users table already.</summary>
    public bool IsFound { get; }

    public AccountKeyType KeyType { get; }

    /// <summary>Identity's columns that the users table doesn't have.</summary>
    public IReadOnlyList<string> Missing { get; }

    /// <summary>Whether the users table has all columns that it must have.</summary>
    public bool IsComplete => IsFound && !Missing.Except(IdentityNames.Optional).Any();

    /// <summary>Whether accounts can be locked: by an admin, by "this wasn't me", and by wrong guesses.</summary>
    public bool HasLockout => !Missing.Contains("LockoutEnd");

    /// <summary>How the end of a lock-out is stored.</summary>
    public MomentColumn LockoutEnd => Find("LockoutEnd")?.Type.ToLowerInvariant() switch
    {
        "integer" or "bigint" => MomentColumn.Binary,
        "timestamp without time zone" or "datetime" or "datetime2" => MomentColumn.Utc,
        _ => MomentColumn.WithOffset,
    };

    public bool CountsFailures => HasLockout && !Missing.Contains("AccessFailedCount");

    /// <summary>Whether settings name tables that another application made.</summary>
    public bool IsNamed => Schema is not null || _settings.Tables.Count > 0 || _settings.Columns.Count > 0
        || _settings.Naming != IdentityNaming.Pascal || _settings.KeyType is not (null or AccountKeyType.String);

    /// <summary>The tenant as a value of its column.</summary>
    public object? TenantKey => Tenant is { } tenant ? TenantValue.Of(Column(tenant.Column!)?.Type ?? "text", tenant.Value!) : null;

    /// <summary>The condition for one row of the users table, in SQL that is a format; its values are <see cref="KeyValues"/>.</summary>
    public string RowSql =>
        $"{Quote(ColumnOf("Id")).InFormat()} = {{0}}" + (Tenant is { } tenant ? $" AND {Quote(tenant.Column!).InFormat()} = {{1}}" : "");

    public object[] KeyValues(string id) =>
        TenantKey is { } tenant ? [AccountKey.Value(KeyType, id), tenant] : [AccountKey.Value(KeyType, id)];

    public TenantSettings? Tenant => string.IsNullOrEmpty(_settings.Tenant.Column) ? null : _settings.Tenant;

    /// <summary>Columns of the users table that become null with a new password.</summary>
    public IReadOnlyList<string> ClearOnReset => [.. _settings.ClearOnReset.Where(name => Column(name) is not null)];

    /// <summary>Whether "this wasn't me" deletes the other application's passkeys.</summary>
    public bool ClearsPasskeys => _settings.ClearPasskeys && Has("UserPasskeys");

    public string Key { get; }

    /// <summary>The table by its name in settings.</summary>
    public string NameOf(string table) =>
        _settings.Tables.TryGetValue(table, out var name) ? name : IdentityNames.TableOf(table);

    /// <summary>Whether the column is one of that table.</summary>
    public bool Matches(SchemaColumn column, string table) =>
        column.Table == NameOf(table) && (Schema is null ? column.IsVisible : column.Schema == Schema);

    /// <summary>Whether the database has that table.</summary>
    public bool Has(string table) => _found[table].Any();

    /// <summary>The columns of a table, by its name in settings.</summary>
    public IEnumerable<SchemaColumn> ColumnsOf(string table) => _found[table];

    /// <summary>A column of the users table, by Identity's name.</summary>
    public string ColumnOf(string name) =>
        _settings.Columns.TryGetValue(name, out var column) ? column : IdentityNames.In(_settings.Naming, name);

    /// <summary>The same of another of Identity's tables.</summary>
    public string OtherColumnOf(string name) => IdentityNames.In(_settings.Naming, name);

    /// <summary>A column of the users table as it is in the database, by Identity's name; null where there is none.</summary>
    public SchemaColumn? Find(string name) => Column(ColumnOf(name));

    /// <summary>A column of the users table by its own name.</summary>
    public SchemaColumn? Column(string name) => _found["Users"].FirstOrDefault(column => column.Name == name);

    /// <summary>Where an account may sign in by conditions on columns or by a role: those conditions; null where there are none.</summary>
    /// <param name="users">The alias of the users table.</param>
    public string? ActiveSql(string users)
    {
        var conditions = Conditions.Select(condition => Sql(condition, users)).ToList();
        if (_settings.ActiveRole is { Length: > 0 } role)
        {
            var id = Quote(OtherColumnOf("Id"));
            conditions.Add(
                $"EXISTS (SELECT 1 FROM {Table("UserRoles")} AS m JOIN {Table("Roles")} AS r "
                + $"ON r.{id} = m.{Quote(OtherColumnOf("RoleId"))} WHERE m.{Quote(OtherColumnOf("UserId"))} = "
                + $"{users}.{Quote(ColumnOf("Id"))} AND r.{Quote(OtherColumnOf("Name"))} = {Literal(role, Provider)})");
        }

        return All(conditions);
    }

    /// <summary>The conditions that only deleted rows don't meet; null where there are none.</summary>
    public string? NotDeletedSql(string users) => All([
        .. Conditions
            .Where(condition => IdentityNames.Plain(condition.Column).Contains("deleted", StringComparison.Ordinal))
            .Select(condition => Sql(condition, users)),
    ]);

    private IEnumerable<ActiveCondition> Conditions => _settings.Active.Select(text => ActiveCondition.Parse(text)!);

    private string? All(List<string> conditions) =>
        conditions.Count == 0 || !IsFound ? null : string.Join(" AND ", conditions.Select(condition => $"({condition})"));

    private string Sql(ActiveCondition condition, string users) =>
        Column(condition.Column) is { } column
            ? condition.Sql($"{users}.{Quote(column.Name)}", column.Type, Provider) ?? "1 = 0"
            : "1 = 0";

    /// <summary>A table in SQL, with its schema.</summary>
    public string Table(string table) => (Schema is null ? "" : Quote(Schema) + ".") + Quote(NameOf(table));

    /// <summary>A name as it stands in SQL.</summary>
    public string Quote(string name) => Provider == DatabaseProvider.SqlServer
        ? $"[{name.Replace("]", "]]", StringComparison.Ordinal)}]"
        : $"\"{name.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";

    /// <summary>A text as it stands in SQL.</summary>
    public static string Literal(string text, DatabaseProvider provider) =>
        $"{(provider == DatabaseProvider.SqlServer ? "N" : "")}'{text.Replace("'", "''", StringComparison.Ordinal)}'";

    private IEnumerable<string?> Parts() =>
    [
        Schema,
        .. IdentityNames.Mapped.Select(table => $"{NameOf(table)} {IsFound && !Has(table)}"),
        .. IdentityNames.Columns.Select(ColumnOf),
        _settings.Naming.ToString(),
        KeyType.ToString(),
        KeyColumnType,
        .. Missing,
        LockoutEnd.ToString(),
        ActiveSql("u"), NotDeletedSql("u"), Tenant?.Column, Tenant?.Value,
    ];

    /// <summary>The collation of the key's column, where it isn't the database's.</summary>
    public string? KeyCollation => KeyType == AccountKeyType.String ? Find("Id")?.Collation : null;

    /// <summary>The type of the key's column, where it is a text of another type than Identity's own.</summary>
    public string? KeyColumnType => KeyType == AccountKeyType.String && Provider != DatabaseProvider.Sqlite
        && Find("Id") is { } id && (id.Type, id.MaxLength) is not (("nvarchar", 450) or ("text", _))
        ? id.FullType
        : null;

    /// <summary>The type of keys in such a column.</summary>
    public static AccountKeyType TypeOf(SchemaColumn id, DatabaseProvider provider) => id.Type.ToLowerInvariant() switch
    {
        "uuid" or "uniqueidentifier" => AccountKeyType.Guid,
        // SQLite has one type for all whole numbers.
        "integer" when provider == DatabaseProvider.Sqlite => AccountKeyType.Int64,
        "integer" or "int" => AccountKeyType.Int32,
        "bigint" => AccountKeyType.Int64,
        _ => AccountKeyType.String,
    };
}

/// <summary>How a column holds a moment.</summary>
internal enum MomentColumn
{
    /// <summary>As Identity makes it.</summary>
    WithOffset,

    /// <summary>Without an offset, in UTC.</summary>
    Utc,

    /// <summary>As a number, by Entity Framework's <c>DateTimeOffsetToBinaryConverter</c>.</summary>
    Binary,
}
