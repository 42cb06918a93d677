using System.Security.Claims;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using OneTimeJwt.Web.Data;

namespace OneTimeJwt.Web.Accounts;

/// <summary>
/// A session lives while its security stamp is the account's present one. Compared on every request and never renewed
/// here: the framework's own check with no interval would write a new cookie on every response.
/// </summary>
internal static class SessionCheck
{
    public static async Task ValidateAsync(CookieValidatePrincipalContext context)
    {
        var database = context.HttpContext.RequestServices.GetRequiredService<AccountsContext>();
        if (context.Principal is { } principal && await IsLiveAsync(principal, database, Claims(context.HttpContext)))
            return;

        context.RejectPrincipal();
        await context.HttpContext.SignOutAsync(IdentityConstants.ApplicationScheme);
    }

    private static async Task<bool> IsLiveAsync(ClaimsPrincipal principal, AccountsContext database, ClaimsIdentityOptions claims)
    {
        var id = principal.FindFirstValue(claims.UserIdClaimType);
        var stamp = principal.FindFirstValue(claims.SecurityStampClaimType);
        var account = await database.Users.AsNoTracking()
            .Where(row => row.Id == id)
            .Select(row => new { row.SecurityStamp, row.LockoutEnd })
            .SingleOrDefaultAsync();
        return account is not null
            && account.SecurityStamp == stamp
            && !Account.IsLockedByAdmin(account.LockoutEnd);
    }

    private static ClaimsIdentityOptions Claims(HttpContext context) =>
        context.RequestServices.GetRequiredService<IOptions<IdentityOptions>>().Value.ClaimsIdentity;
}
