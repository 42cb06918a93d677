using OneTimeJwt.E2E.Reporting;

namespace OneTimeJwt.E2E.Infrastructure;

/// <summary>What an account can do; tests ask for one by it.</summary>
public enum AccountKind
{
    Ordinary,
    Unconfirmed,
    TwoFactor,
    Admin,
    Support,
}

/// <summary>An account as <c>Seed:Accounts</c> describes it.</summary>
public sealed record TestAccount
{
    public required string Email { get; init; }

    /// <summary>What is ahead of the @, which no other account begins with.</summary>
    public string Name => Email.Split('@')[0];

    public required string Password
    {
        get;
        init
        {
            Secrets.Add(value);
            field = value;
        }
    }

    public bool Confirmed { get; init; } = true;

    public string? AuthenticatorKey { get; init; }

    public IReadOnlyList<string> RecoveryCodes { get; init; } = [];

    public IReadOnlyList<string> Roles { get; init; } = [];

    public AccountKind Kind => this switch
    {
        { Confirmed: false } => AccountKind.Unconfirmed,
        { Roles: ["Recovery.Support"] } => AccountKind.Support,
        { Roles.Count: > 0 } => AccountKind.Admin,
        { AuthenticatorKey: not null } => AccountKind.TwoFactor,
        _ => AccountKind.Ordinary,
    };

    /// <summary>Passwords that its test made up, the latest first.</summary>
    public IReadOnlyList<string> Chosen { get; private set; } = [];

    /// <summary>The same account, as no test has touched it.</summary>
    public TestAccount Untouched() => this with { Chosen = [] };

    /// <summary>A password that the policy accepts and that nobody used before.</summary>
    public string NewPassword()
    {
        var password = MakePassword();
        Chosen = [password, .. Chosen];
        return password;
    }

    /// <summary>One that nobody has, and that no report shows.</summary>
    public static string MakePassword()
    {
        var password = $"nine quiet lighthouses {Guid.NewGuid():N}";
        Secrets.Add(password);
        return password;
    }
}
