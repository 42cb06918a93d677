namespace OneTimeJwt.Web.Tests.Accounts.Shapes;

/// <summary>A row of a host's table of users.</summary>
internal sealed class HostAccount
{
    public const string Ordinary = "iris@example.org";
    public const string Other = "noor@example.org";
    public const string Admin = "omar@example.org";
    public const string Disabled = "lena@example.org";

    // As cheap as the hashes of the app under test: a host renews what is cheaper than its own.
    public static readonly PasswordHasher<IdentityUser> Hasher = new(
        Microsoft.Extensions.Options.Options.Create(new PasswordHasherOptions { IterationCount = 1_000 }));

    private static readonly string Hash = Hasher.HashPassword(new IdentityUser(), Passwords.Old);

    private readonly Dictionary<string, object?> _values;
    private readonly Dictionary<string, object?> _own;

    private HostAccount(HostShape shape, string address, string userName, int number, Dictionary<string, object?>? own)
    {
        var guid = Guid.NewGuid();
        (Address, _own) = (address, own ?? []);
        Id = shape.Key == typeof(Guid) ? guid : shape.Key == typeof(int) ? number : shape.Key == typeof(long) ? (long)number : $"{guid}";
        _values = new Dictionary<string, object?>
        {
            ["Id"] = Id,
            ["UserName"] = userName,
            ["NormalizedUserName"] = userName.ToUpperInvariant(),
            ["Email"] = address,
            ["NormalizedEmail"] = address.ToUpperInvariant(),
            ["EmailConfirmed"] = true,
            ["PasswordHash"] = Hash,
            ["SecurityStamp"] = $"{Guid.NewGuid():N}".ToUpperInvariant(),
            ["ConcurrencyStamp"] = $"{Guid.NewGuid()}",
            ["PhoneNumberConfirmed"] = false,
            ["TwoFactorEnabled"] = false,
            ["LockoutEnabled"] = true,
            ["AccessFailedCount"] = 2,
        };
    }

    public string Address { get; }

    /// <summary>Of another tenant, or deleted while another account has its address: the console doesn't show it.</summary>
    public bool IsHidden { get; private init; }

    /// <summary>As the host has it.</summary>
    public object Id { get; }

    /// <summary>The ordinary one first, then those that the shape has columns for.</summary>
    public static IReadOnlyList<HostAccount> Of(HostShape shape)
    {
        var accounts = new List<HostAccount>();
        void Add(string address, Dictionary<string, object?>? own = null, string? userName = null, bool isHidden = false) =>
            accounts.Add(new HostAccount(shape, address, userName ?? address, accounts.Count + 1, own) { IsHidden = isHidden });

        Add(Ordinary);
        Add(Other);
        Add(Admin);
        if (shape.Disabled is not null)
            Add(Disabled, shape.Disabled);
        if (shape.OtherTenant is not null)
            Add(Ordinary, shape.OtherTenant, isHidden: true);
        if (shape.Twin is not null)
            Add(Ordinary, shape.Twin, $"former-{Ordinary}", isHidden: true);
        return accounts;
    }

    /// <summary>What is written to each column; numbers that the database gives out are left to it.</summary>
    public IEnumerable<(string Column, object? Value)> Row(HostTable users) =>
        from column in users.Columns
        where !column.Definition.Contains("counter", StringComparison.Ordinal)
            && !column.Definition.Contains("GENERATED", StringComparison.Ordinal)
            && !column.Definition.StartsWith("AS ", StringComparison.Ordinal)
        select (column.Name, _own.TryGetValue(column.Name, out var own) ? own : column.Property is { } name ? Known(name) : column.Value);

    private object? Known(string property) => _values.GetValueOrDefault(property);
}
