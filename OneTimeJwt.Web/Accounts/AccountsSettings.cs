namespace OneTimeJwt.Web.Accounts;

/// <summary>The <c>Accounts</c> section.</summary>
public sealed class AccountsSettings
{
    /// <summary>The operator's own sign-in page, where people are sent instead of ours.</summary>
    public string? SignInUrl { get; set; }

    /// <summary>A lock-out that ends later than this from now is a decision: nothing here lifts it.</summary>
    public TimeSpan LongestGuessingLockout { get; set; } = TimeSpan.FromHours(24);

    /// <summary>Whether a user name that is the address changes with it; unless set, where the database is ours alone.</summary>
    public bool? UserNameFollowsAddress { get; set; }

    public PasswordSettings Passwords { get; set; } = new();

    public HashSettings Hashes { get; set; } = new();
}

/// <summary>The <c>Accounts:Hashes</c> section: what new password hashes look like, which other applications have to read.</summary>
public sealed class HashSettings
{
    /// <summary>V2 is what .NET Framework's Identity reads too, at a cost of 1,000 iterations.</summary>
    public PasswordHasherCompatibilityMode Format { get; set; } = PasswordHasherCompatibilityMode.IdentityV3;

    /// <summary>Whether signing in renews a hash that costs less than new ones; unless set, where the database is ours alone.</summary>
    public bool? Renew { get; set; }
}

/// <summary>NIST SP 800-63B-4, section 3.1.1.2: length and a blocklist, no composition rules.</summary>
public sealed class PasswordSettings
{
    public const int MaximumLength = 256;

    public int MinimumLength { get; set; } = 15;

    /// <summary>For accounts with an authenticator app or a passkey of this site.</summary>
    public int MinimumLengthWithTwoFactor { get; set; } = 8;
}

internal sealed class AccountsSettingsValidator : SettingsValidator<AccountsSettings>
{
    private const int MinLength = 8;
    private const int MaxLength = 64;
    private static readonly TimeSpan MinGuessingLockout = TimeSpan.FromHours(1);
    private static readonly TimeSpan MaxGuessingLockout = TimeSpan.FromDays(30);

    protected override IEnumerable<string> Faults(AccountsSettings options)
    {
        if (options.SignInUrl is { } url && !IsWebAddress(url))
            yield return "Accounts:SignInUrl is not a web address: write for example https://www.example.com/login";
        if (options.LongestGuessingLockout < MinGuessingLockout || options.LongestGuessingLockout > MaxGuessingLockout)
            yield return $"Accounts:LongestGuessingLockout is {options.LongestGuessingLockout:c}: choose between "
                + $"{MinGuessingLockout:c} and {MaxGuessingLockout:c}";
        if (options.Passwords.MinimumLength is < MinLength or > MaxLength)
            yield return $"Accounts:Passwords:MinimumLength is {options.Passwords.MinimumLength}: choose between "
                + $"{MinLength} and {MaxLength}";
        if (options.Passwords.MinimumLengthWithTwoFactor is < MinLength or > MaxLength)
            yield return $"Accounts:Passwords:MinimumLengthWithTwoFactor is {options.Passwords.MinimumLengthWithTwoFactor}: choose between "
                + $"{MinLength} and {MaxLength}";
    }

    private static bool IsWebAddress(string url) =>
        Uri.TryCreate(url, UriKind.Absolute, out var uri) && (uri.Scheme == Uri.UriSchemeHttps || uri.Scheme == Uri.UriSchemeHttp);
}
