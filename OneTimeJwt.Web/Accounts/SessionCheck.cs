using System.Security.Claims;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using OneTimeJwt.Web.Data;
using OneTimeJwt.Web.Tokens;

namespace OneTimeJwt.Web.Accounts;

/// <summary>
/// A session lives while its security stamp is the account's present one. Compared on every request and never renewed
/// here: the framework's own check with no interval would write a new cookie on every response.
/// </summary>
internal static class SessionCheck
{
    // Between the two steps of sign-in Identity's cookie knows the account as its name, and no stamp.
    private const string HalfWayIdClaim = ClaimTypes.Name;

    public static Task ValidateAsync(CookieValidatePrincipalContext context) =>
        ValidateAsync(context, Claims(context.HttpContext).UserIdClaimType);

    public static Task ValidateHalfWayAsync(CookieValidatePrincipalContext context) => ValidateAsync(context, HalfWayIdClaim);

    /// <summary>Binds a sign-in that waits for its second step to the account as it is now.</summary>
    public static async Task StampHalfWayAsync(CookieSigningInContext context)
    {
        var id = context.Principal?.FindFirstValue(HalfWayIdClaim);
        var row = await Database(context.HttpContext).Users.Where(known => known.Id == id).Select(known => new { known.SecurityStamp, known.PasswordHash }).SingleOrDefaultAsync();
        (context.Principal?.Identity as ClaimsIdentity)?.AddClaim(new Claim(Claims(context.HttpContext).SecurityStampClaimType, HalfWayStamp(row?.SecurityStamp, row?.PasswordHash)));
    }

    private static async Task ValidateAsync(CookieValidatePrincipalContext context, string idClaim)
    {
        if (context.Principal is { } principal && await IsLiveAsync(principal, idClaim, context.HttpContext))
            return;

        context.RejectPrincipal();
        await context.HttpContext.SignOutAsync(context.Scheme.Name);
    }

    private static async Task<bool> IsLiveAsync(ClaimsPrincipal principal, string idClaim, HttpContext http)
    {
        var id = principal.FindFirstValue(idClaim);
        var stamp = principal.FindFirstValue(Claims(http).SecurityStampClaimType);
        var account = await Database(http).Users.AsNoTracking()
            .Where(row => row.Id == id)
            .Select(row => new { row.SecurityStamp, row.PasswordHash, Lock = new LockColumns(row.LockoutEnabled, row.LockoutEnd, row.Own!.SecuredLock) })
            .SingleOrDefaultAsync();
        return account is not null
            && stamp == (idClaim == HalfWayIdClaim ? HalfWayStamp(account.SecurityStamp, account.PasswordHash) : account.SecurityStamp)
            && !http.RequestServices.GetRequiredService<AccountLock>().IsBanned(account.Lock);
    }

    // The password that was proven too: not every application changes the stamp with it.
    private static string HalfWayStamp(string? stamp, string? hash) => Convert.ToHexString(SHA256.HashData(KeyMaterial.Encode([stamp, hash])));

    private static AccountsContext Database(HttpContext context) => context.RequestServices.GetRequiredService<AccountsContext>();

    private static ClaimsIdentityOptions Claims(HttpContext context) =>
        context.RequestServices.GetRequiredService<IOptions<IdentityOptions>>().Value.ClaimsIdentity;
}
