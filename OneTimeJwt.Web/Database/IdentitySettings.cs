using System.Diagnostics.CodeAnalysis;

namespace OneTimeJwt.Web.Database;

/// <summary>
/// The <c>Database:Identity</c> section: what Identity's tables are called where another application made them, and what else it
/// decides by. <c>database adopt --check --settings</c> prints what a database needs.
/// </summary>
public sealed class IdentitySettings
{
    /// <summary>The tables' schema; unless set, where the connection's user looks names up.</summary>
    public string? Schema { get; set; }

    /// <summary>How columns are called that <see cref="Columns"/> doesn't name.</summary>
    public IdentityNaming Naming { get; set; }

    /// <summary>The type of accounts' keys; unless set, as the users table has it.</summary>
    public AccountKeyType? KeyType { get; set; }

    /// <summary>Names of tables by Identity's own, without AspNet: <c>Users</c>, <c>UserTokens</c>.</summary>
    public IDictionary<string, string> Tables { get; } = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);

    /// <summary>Names of columns of the users table by Identity's own: <c>NormalizedEmail</c>.</summary>
    public IDictionary<string, string> Columns { get; } = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);

    /// <summary>Conditions that all hold for an account that may sign in: <c>IsActive = true</c>, <c>Status in (1, 2)</c>.</summary>
    public IList<string> Active { get; } = [];

    /// <summary>The name of the role that an account must have to sign in.</summary>
    public string? ActiveRole { get; set; }

    /// <summary>The one tenant that this deployment serves, where several share the users table.</summary>
    public TenantSettings Tenant { get; set; } = new();

    /// <summary>A setting of the database session that policies of row-level security read.</summary>
    public SessionSettings Session { get; set; } = new();

    /// <summary>Columns of the users table that become null with a new password, such as refresh tokens.</summary>
    public IList<string> ClearOnReset { get; } = [];

    /// <summary>Whether "this wasn't me" deletes the passkeys that the other application keeps.</summary>
    public bool ClearPasskeys { get; set; }

    /// <summary>The same with other names and types, and with what else is set.</summary>
    /// <param name="names">By their keys below the section, such as <c>Tables:Users</c>.</param>
    internal IdentitySettings With(IEnumerable<(string Key, string Value)> names)
    {
        var changed = new IdentitySettings { ActiveRole = ActiveRole, Tenant = Tenant, Session = Session, ClearPasskeys = ClearPasskeys };
        new ConfigurationBuilder()
            .AddInMemoryCollection(names.Select(name => KeyValuePair.Create(name.Key, (string?)name.Value)))
            .Build()
            .Bind(changed);
        foreach (var condition in Active)
            changed.Active.Add(condition);
        foreach (var column in ClearOnReset)
            changed.ClearOnReset.Add(column);
        foreach (var (table, name) in Tables)
            changed.Tables.TryAdd(table, name);
        return changed;
    }
}

/// <summary>The <c>Database:Identity:Tenant</c> section; all or nothing.</summary>
public sealed class TenantSettings
{
    public string? Column { get; set; }

    public string? Value { get; set; }
}

/// <summary>The <c>Database:Identity:Session</c> section; all or nothing.</summary>
public sealed class SessionSettings
{
    public string? Name { get; set; }

    public string? Value { get; set; }
}

public enum IdentityNaming
{
    /// <summary><c>NormalizedEmail</c></summary>
    Pascal,

    /// <summary><c>normalized_email</c></summary>
    Snake,
}

[SuppressMessage("Naming", "CA1720", Justification = "They are the names of types.")]
public enum AccountKeyType
{
    String,
    Guid,
    Int32,
    Int64,
}

internal sealed class IdentitySettingsValidator(IOptions<DatabaseSettings> database, IConfiguration configuration)
    : SettingsValidator<IdentitySettings>
{
    private const string Section = "Database:Identity";

    protected override IEnumerable<string> Faults(IdentitySettings options)
    {
        foreach (var unknown in Unknown("Tables", options.Tables, IdentityNames.Tables.Keys))
            yield return unknown;
        foreach (var unknown in Unknown("Columns", options.Columns, IdentityNames.Columns))
            yield return unknown;
        foreach (var condition in options.Active.Where(condition => ActiveCondition.Parse(condition) is null))
            yield return $"{Section}:Active: '{condition}' can't be read: write for example IsActive = true, or Status in (1, 2)";
        if (string.IsNullOrEmpty(options.Tenant.Column) != string.IsNullOrEmpty(options.Tenant.Value))
            yield return $"{Section}:Tenant has to have both a Column and a Value";
        if (string.IsNullOrEmpty(options.Session.Name) != string.IsNullOrEmpty(options.Session.Value))
            yield return $"{Section}:Session has to have both a Name and a Value";
        if (options.Session.Name is { Length: > 0 } && SessionSetting.Fault(configuration, database.Value.Provider) is { } fault)
            yield return $"{Section}:Session {fault}";
        if (options.Schema is { Length: > 0 } && database.Value.Provider == DatabaseProvider.Sqlite)
            yield return $"{Section}:Schema is set, and SQLite has no schemas: leave it out";
    }

    private static IEnumerable<string> Unknown(string setting, IDictionary<string, string> names, IEnumerable<string> known) => names
        .Where(pair => !known.Contains(pair.Key, StringComparer.OrdinalIgnoreCase) || string.IsNullOrWhiteSpace(pair.Value))
        .Select(pair => string.IsNullOrWhiteSpace(pair.Value)
            ? $"{Section}:{setting}:{pair.Key} is empty: write a name, or leave it out"
            : $"{Section}:{setting}:{pair.Key} is none of Identity's: choose from {string.Join(", ", known)}");
}
