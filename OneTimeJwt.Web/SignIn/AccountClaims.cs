using System.Security.Claims;

namespace OneTimeJwt.Web.SignIn;

/// <summary>
/// What a session knows of its account: id, name and security stamp. Identity's own factory copies every claim and role of
/// the account into the cookie; those are another application's, of any size, and incomplete ones make it throw.
/// </summary>
public sealed class AccountClaims(IOptions<IdentityOptions> options) : IUserClaimsPrincipalFactory<Account>
{
    public Task<ClaimsPrincipal> CreateAsync(Account user)
    {
        var types = options.Value.ClaimsIdentity;
        Claim[] claims =
        [
            new(types.UserIdClaimType, user.Id),
            new(types.UserNameClaimType, user.UserName ?? user.Email ?? user.Id),
            new(types.SecurityStampClaimType, user.SecurityStamp ?? ""),
        ];
        return Task.FromResult(new ClaimsPrincipal(
            new ClaimsIdentity(claims, IdentityConstants.ApplicationScheme, types.UserNameClaimType, types.RoleClaimType)));
    }
}
