using System.Security.Claims;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;

namespace OneTimeJwt.Web.SignIn;

/// <summary>
/// A session is valid while its security stamp is the account's present one. Compared on every request and never renewed
/// here: the framework's own check with no interval would write a new cookie on every response.
/// </summary>
internal static class SessionValidator
{
    // Between the two steps of sign-in Identity's cookie has the account's id as its name claim.
    private const string HalfWayIdClaim = ClaimTypes.Name;

    // Not Identity's claim for a stamp, which that cookie has too from .NET 11 on (dotnet/aspnetcore#68350).
    private const string HalfWayStampClaim = "OneTimeJwt.HalfWayStamp";

    public static Task ValidateAsync(CookieValidatePrincipalContext context) =>
        ValidateAsync(context, Claims(context.HttpContext).UserIdClaimType, Claims(context.HttpContext).SecurityStampClaimType);

    public static Task ValidateHalfWayAsync(CookieValidatePrincipalContext context) =>
        ValidateAsync(context, HalfWayIdClaim, HalfWayStampClaim);

    /// <summary>Binds a sign-in that waits for its second step to the account as it is now.</summary>
    public static async Task StampHalfWayAsync(CookieSigningInContext context)
    {
        var id = context.Principal?.FindFirstValue(HalfWayIdClaim);
        var row = await Database(context.HttpContext)
            .Users.Where(known => known.Id == id)
            .Select(known => new { known.SecurityStamp, known.PasswordHash })
            .SingleOrDefaultAsync();
        var stamp = HalfWayStamp(row?.SecurityStamp, row?.PasswordHash);
        (context.Principal?.Identity as ClaimsIdentity)?.AddClaim(new Claim(HalfWayStampClaim, stamp));
    }

    private static async Task ValidateAsync(CookieValidatePrincipalContext context, string idClaim, string stampClaim)
    {
        if (context.Principal is { } principal && await IsLiveAsync(principal, idClaim, stampClaim, context.HttpContext))
            return;

        context.RejectPrincipal();
        await context.HttpContext.SignOutAsync(context.Scheme.Name);
    }

    private static async Task<bool> IsLiveAsync(ClaimsPrincipal principal, string idClaim, string stampClaim, HttpContext http)
    {
        var id = principal.FindFirstValue(idClaim);
        var stamp = principal.FindFirstValue(stampClaim);
        var account = await Database(http).Users.AsNoTracking()
            .Where(row => row.Id == id)
            .Select(row => new
            {
                row.SecurityStamp,
                row.PasswordHash,
                Lock = new LockColumns(row.LockoutEnabled, row.LockoutEnd, row.RecoveryState!.SecuredLock, row.IsInactive),
            })
            .SingleOrDefaultAsync();
        return account is not null
            && stamp == (idClaim == HalfWayIdClaim ? HalfWayStamp(account.SecurityStamp, account.PasswordHash) : account.SecurityStamp)
            && !http.RequestServices.GetRequiredService<AccountLock>().IsBanned(account.Lock);
    }

    // The password as well: not every application changes the stamp with it.
    private static string HalfWayStamp(string? stamp, string? hash) =>
        Convert.ToHexString(SHA256.HashData(KeyMaterial.Encode([stamp, hash])));

    private static AccountsContext Database(HttpContext context) => context.RequestServices.GetRequiredService<AccountsContext>();

    private static ClaimsIdentityOptions Claims(HttpContext context) =>
        context.RequestServices.GetRequiredService<IOptions<IdentityOptions>>().Value.ClaimsIdentity;
}
