using Microsoft.Extensions.Options;

namespace OneTimeJwt.Web.Admin;

/// <summary>The <c>Admin</c> section: an adopted database may have roles of its own, so these have names of ours.</summary>
public sealed class AdminSettings
{
    public AdminRoles Roles { get; set; } = new();
}

public sealed class AdminRoles
{
    public string Admin { get; set; } = "Recovery.Admin";

    public string Support { get; set; } = "Recovery.Support";
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
        if (string.Equals(options.Roles.Admin, options.Roles.Support, StringComparison.OrdinalIgnoreCase))
            faults.Add("Admin:Roles:Support is the same as Admin:Roles:Admin: give each a name of its own");
        return faults.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(faults);
    }
}
