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

    internal (ConsoleRole? Role, string Name)[] All =>
        [(ConsoleRole.Admin, Admin), (ConsoleRole.Support, Support), (ConsoleRole.Auditor, Auditor)];

    /// <returns>The first role of that name; null where none has it.</returns>
    public ConsoleRole? Named(string name) =>
        All.FirstOrDefault(role => string.Equals(role.Name, name, StringComparison.OrdinalIgnoreCase)).Role;
}

/// <summary>The <c>RateLimits:PerAdmin</c> section: mails that one admin may trigger by hand; campaigns have their own rate.</summary>
public sealed class AdminBudget() : RateLimitSettings(60, TimeSpan.FromHours(1));

internal sealed class AdminBudgetValidator()
    : RateLimitValidator<AdminBudget>("RateLimits:PerAdmin", TimeSpan.FromMinutes(1), TimeSpan.FromDays(7));

internal sealed class AdminSettingsValidator : SettingsValidator<AdminSettings>
{
    protected override IEnumerable<string> Faults(AdminSettings options)
    {
        var roles = options.Roles;
        foreach (var (role, _) in roles.All.Where(role => string.IsNullOrWhiteSpace(role.Name)))
            yield return $"Admin:Roles:{role} is empty: name a role, or leave it out for Recovery.{role}";
        if (roles.Named(roles.Auditor) != ConsoleRole.Auditor)
            yield return "Admin:Roles:Auditor is the same as another role's: give each a name of its own";
        if (roles.Named(roles.Support) != ConsoleRole.Support)
            yield return "Admin:Roles:Support is the same as Admin:Roles:Admin: give each a name of its own";
    }
}
