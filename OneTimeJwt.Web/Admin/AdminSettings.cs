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
