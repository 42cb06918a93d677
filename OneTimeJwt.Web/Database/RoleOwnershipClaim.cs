namespace OneTimeJwt.Web.Database;

/// <summary>
/// Marks a role as ours by a claim of its own. Another application on the same database may have a role of the same
/// name; without the mark it gives no rights here.
/// </summary>
public static class RoleOwnershipClaim
{
    public const string ClaimType = "one-time-jwt/console";

    public static IdentityRoleClaim<string> For(IdentityRole role) => new() { RoleId = role.Id, ClaimType = ClaimType, ClaimValue = "" };
}
