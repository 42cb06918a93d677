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
public sealed class AdminBudget() : RateLimitSettings(60, TimeSpan.FromHours(1));

internal sealed class AdminBudgetValidator()
    : RateLimitValidator<AdminBudget>("RateLimits:PerAdmin", TimeSpan.FromMinutes(1), TimeSpan.FromDays(7));

internal sealed class AdminSettingsValidator : SettingsValidator<AdminSettings>
{
    protected override IEnumerable<string> Faults(AdminSettings options)
    {
        if (string.IsNullOrWhiteSpace(options.Roles.Admin))
            yield return "Admin:Roles:Admin is empty: name a role, or leave it out for Recovery.Admin";
        if (string.IsNullOrWhiteSpace(options.Roles.Support))
            yield return "Admin:Roles:Support is empty: name a role, or leave it out for Recovery.Support";
        if (string.IsNullOrWhiteSpace(options.Roles.Auditor))
            yield return "Admin:Roles:Auditor is empty: name a role, or leave it out for Recovery.Auditor";
        if (string.Equals(options.Roles.Admin, options.Roles.Auditor, StringComparison.OrdinalIgnoreCase)
            || string.Equals(options.Roles.Support, options.Roles.Auditor, StringComparison.OrdinalIgnoreCase))
            yield return "Admin:Roles:Auditor is the same as another role's: give each a name of its own";
        if (string.Equals(options.Roles.Admin, options.Roles.Support, StringComparison.OrdinalIgnoreCase))
            yield return "Admin:Roles:Support is the same as Admin:Roles:Admin: give each a name of its own";
    }
}
