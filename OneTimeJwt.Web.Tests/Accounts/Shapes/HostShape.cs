namespace OneTimeJwt.Web.Tests.Accounts.Shapes;

/// <summary>An Identity database as a host made it, what is to be proposed for it, and what its operator adds.</summary>
internal sealed record HostShape(string Name)
{
    private readonly string[] _proposed = [];

    /// <summary>Where it may be.</summary>
    public DatabaseProvider[] On { get; init; } = Enum.GetValues<DatabaseProvider>();

    public Type Key { get; init; } = typeof(string);

    /// <summary>Where roles have another key than users.</summary>
    public Type? RoleKey { get; init; }

    public string? Schema { get; init; }

    /// <summary>Of Identity; 0 for version 1 without lengths of keys.</summary>
    public int SchemaVersion { get; init; }

    /// <summary>Makes the host's tables of Identity's own.</summary>
    public Action<HostTables, DatabaseProvider> Change { get; init; } = (_, _) => { };

    /// <summary>Statements ahead of the first table, behind the last one, and behind the last row.</summary>
    public Func<DatabaseProvider, string[]> Before { get; init; } = _ => [];

    public Func<DatabaseProvider, string[]> Also { get; init; } = _ => [];

    public Func<DatabaseProvider, string[]> Last { get; init; } = _ => [];

    /// <summary>A table that the host's trigger writes to.</summary>
    public string? WrittenByTrigger { get; init; }

    /// <summary>Whether the app signs in as a user that row-level security holds for.</summary>
    public bool HasRowSecurity { get; init; }

    /// <summary>Named to <c>--users</c> where there are several tables of users.</summary>
    public string? Users { get; init; }

    /// <summary>What an account that may not sign in has in the host's columns; null where there are no such columns.</summary>
    public Dictionary<string, object?>? Disabled { get; init; }

    /// <summary>The same address and user name in another tenant.</summary>
    public Dictionary<string, object?>? OtherTenant { get; init; }

    /// <summary>The same address, deleted.</summary>
    public Dictionary<string, object?>? Twin { get; init; }

    /// <summary>What is printed for it, each a line.</summary>
    public string[] Proposed
    {
        init => _proposed = value;
    }

    /// <summary>What the operator writes besides.</summary>
    public string[] Chosen { get; init; } = [];

    /// <summary>Columns that a reset changes besides those of Identity.</summary>
    public string[] Cleared { get; init; } = [];

    public HostTables Tables(DatabaseProvider provider)
    {
        var tables = new HostTables(Key);
        if (SchemaVersion > 0)
            tables.Version(SchemaVersion);
        Change(tables, provider);
        return tables;
    }

    // SQLite has no schemas, and one type for all whole numbers.
    public string[] ProposedOn(DatabaseProvider provider) => provider == DatabaseProvider.Sqlite
        ?
        [
            .. _proposed
                .Where(line => !line.Contains("__Schema=", StringComparison.Ordinal))
                .Select(line => line.Replace("KeyType=Int32", "KeyType=Int64", StringComparison.Ordinal)),
        ]
        : _proposed;

    /// <summary>All of them, as settings of the app.</summary>
    public Dictionary<string, string?> Settings(DatabaseProvider provider) =>
        ProposedOn(provider)
            .Concat(Chosen)
            .Select(line => line.Split('=', 2))
            .ToDictionary(line => line[0].Replace("__", ":", StringComparison.Ordinal), string? (line) => line[1]);

    public override string ToString() => Name;
}
