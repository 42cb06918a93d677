namespace OneTimeJwt.Web.Admin;

/// <summary>The <c>Admin</c> section.</summary>
public sealed class AdminSettings
{
    public AdminRoles Roles { get; set; } = new();
}

/// <summary>By which names <c>Seed:Accounts</c> gives the console's roles. Changing one takes nobody's rights.</summary>
public sealed class AdminRoles
{
    public string Admin { get; set; } = "Recovery.Admin";

    public string Support { get; set; } = "Recovery.Support";

    public string Auditor { get; set; } = "Recovery.Auditor";

    /// <returns>Null where no role has that name.</returns>
    public ConsoleRole? Named(string name) =>
        name.Equals(Admin, StringComparison.OrdinalIgnoreCase) ? ConsoleRole.Admin
        : name.Equals(Support, StringComparison.OrdinalIgnoreCase) ? ConsoleRole.Support
        : name.Equals(Auditor, StringComparison.OrdinalIgnoreCase) ? ConsoleRole.Auditor
        : null;
}

/// <summary>The <c>RateLimits:PerAdmin</c> section: mails that one admin may trigger by hand; campaigns have their own rate.</summary>
public sealed class AdminBudget
{
    public int Permits { get; set; } = 60;

    public TimeSpan Window { get; set; } = TimeSpan.FromHours(1);
}

internal sealed class AdminBudgetValidator : IValidateOptions<AdminBudget>
{
    public ValidateOptionsResult Validate(string? name, AdminBudget options)
    {
        var faults = new List<string>();
        if (options.Permits < 1)
            faults.Add($"RateLimits:PerAdmin:Permits is {options.Permits}: choose at least 1");
        if (options.Window < TimeSpan.FromMinutes(1) || options.Window > TimeSpan.FromDays(7))
            faults.Add($"RateLimits:PerAdmin:Window is {options.Window:c}: choose between 00:01:00 and 7.00:00:00");
        return faults.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(faults);
    }
}

internal sealed class AdminSettingsValidator : IValidateOptions<AdminSettings>
{
    public ValidateOptionsResult Validate(string? name, AdminSettings options)
    {
        var faults = new List<string>();
        if (string.IsNullOrWhiteSpace(options.Roles.Admin))
            faults.Add("Admin:Roles:Admin is empty: name a role, or leave it out for Recovery.Admin");
        if (string.IsNullOrWhiteSpace(options.Roles.Support))
            faults.Add("Admin:Roles:Support is empty: name a role, or leave it out for Recovery.Support");
        if (string.IsNullOrWhiteSpace(options.Roles.Auditor))
            faults.Add("Admin:Roles:Auditor is empty: name a role, or leave it out for Recovery.Auditor");
        if (string.Equals(options.Roles.Admin, options.Roles.Auditor, StringComparison.OrdinalIgnoreCase)
            || string.Equals(options.Roles.Support, options.Roles.Auditor, StringComparison.OrdinalIgnoreCase))
            faults.Add("Admin:Roles:Auditor is the same as another role's: give each a name of its own");
        if (string.Equals(options.Roles.Admin, options.Roles.Support, StringComparison.OrdinalIgnoreCase))
            faults.Add("Admin:Roles:Support is the same as Admin:Roles:Admin: give each a name of its own");
        return faults.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(faults);
    }
}
