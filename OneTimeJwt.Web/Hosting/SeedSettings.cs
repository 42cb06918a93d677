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

internal sealed class SeedSettingsValidator(IHostEnvironment environment, IOptions<AdminSettings> admin) : IValidateOptions<SeedSettings>
{
    public ValidateOptionsResult Validate(string? name, SeedSettings options)
    {
        if (options.Accounts.Count == 0)
            return ValidateOptionsResult.Success;
        if (!environment.IsDevelopment())
            return ValidateOptionsResult.Fail("Seed:Accounts exists in Development only: remove it");

        var roles = admin.Value.Roles;
        var faults = new List<string>();
        foreach (var (account, i) in options.Accounts.Select((account, i) => (account, i)))
        {
            if (string.IsNullOrWhiteSpace(account.Email) || string.IsNullOrEmpty(account.Password))
                faults.Add($"Seed:Accounts:{i} needs an Email and a Password");
            faults.AddRange(
                account.Roles
                    .Where(role => roles.Named(role) is null)
                    .Select(role =>
                        $"Seed:Accounts:{i}:Roles: there is no role '{role}': write {roles.Admin}, {roles.Support} or {roles.Auditor}"));
        }

        return faults.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(faults);
    }
}
