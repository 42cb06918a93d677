namespace OneTimeJwt.E2E.Infrastructure;

/// <summary>What an account can do; tests ask for one by it.</summary>
public enum AccountKind
{
    Ordinary,
    Unconfirmed,
    TwoFactor,
    Admin,
}

/// <summary>An account that the app is seeded with: an item of <c>Seed:Accounts</c>.</summary>
public sealed record TestAccount
{
    private readonly Stack<string> _chosen = [];

    public required string Email { get; init; }

    public required string Password { get; init; }

    public bool Confirmed { get; init; } = true;

    public string? AuthenticatorKey { get; init; }

    public IReadOnlyList<string> RecoveryCodes { get; init; } = [];

    public IReadOnlyList<string> Roles { get; init; } = [];

    public AccountKind Kind => this switch
    {
        { Confirmed: false } => AccountKind.Unconfirmed,
        { AuthenticatorKey: not null } => AccountKind.TwoFactor,
        { Roles.Count: > 0 } => AccountKind.Admin,
        _ => AccountKind.Ordinary,
    };

    /// <summary>Passwords that a test made up for this account, the latest first.</summary>
    public IEnumerable<string> Chosen => _chosen;

    /// <summary>Its password is the first one again.</summary>
    public void Restored() => _chosen.Clear();

    /// <summary>A password that the policy accepts and that nobody used before.</summary>
    public string NewPassword()
    {
        _chosen.Push($"nine quiet lighthouses {Guid.NewGuid():N}");
        return _chosen.Peek();
    }
}
