using OneTimeJwt.Web.Admin;

namespace OneTimeJwt.Web.Hosting;

/// <summary>Accounts that Development starts with: the <c>Seed</c> section.</summary>
public sealed class SeedSettings
{
    public List<SeedAccount> Accounts { get; set; } = [];
}

public sealed class SeedAccount
{
    public string? Email { get; set; }

    public string? Password { get; set; }

    public List<string> Roles { get; set; } = [];

    /// <summary>False for an account that never confirmed its address.</summary>
    public bool Confirmed { get; set; } = true;

    /// <summary>Base32 key of an authenticator app; turns two-factor on.</summary>
    public string? AuthenticatorKey { get; set; }

    /// <summary>Codes for the day the authenticator is lost.</summary>
    public List<string> RecoveryCodes { get; set; } = [];
}

internal sealed class SeedSettingsValidator(IHostEnvironment environment, IOptions<AdminSettings> admin) : SettingsValidator<SeedSettings>
{
    protected override IEnumerable<string> Faults(SeedSettings options)
    {
        if (options.Accounts.Count == 0)
            yield break;
        if (!environment.IsDevelopment())
        {
            yield return "Seed:Accounts exists in Development only: remove it";
            yield break;
        }

        var roles = admin.Value.Roles;
        foreach (var (i, account) in options.Accounts.Index())
        {
            if (string.IsNullOrWhiteSpace(account.Email) || string.IsNullOrEmpty(account.Password))
                yield return $"Seed:Accounts:{i} needs an Email and a Password";
            foreach (var role in account.Roles.Where(role => roles.Named(role) is null))
                yield return $"Seed:Accounts:{i}:Roles: there is no role '{role}': write {roles.Admin}, {roles.Support} or {roles.Auditor}";
        }
    }
}
