using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Authorization.Policy;
using OneTimeJwt.Web.Profile;
using OneTimeJwt.Web.SignIn;

namespace OneTimeJwt.Web.Admin;

/// <summary>
/// Redirects users who lack only a second factor, or who have to sign in elsewhere, to the page that says so; those who only read
/// the trail, to the trail.
/// </summary>
internal sealed class SecondFactorRedirect : IAuthorizationMiddlewareResultHandler
{
    private static readonly string WayIn = ReturnUrls.With(SecondFactorRoutes.Path, returnUrl: "/admin");

    private readonly AuthorizationMiddlewareResultHandler _usual = new();

    public async Task HandleAsync(
        RequestDelegate next,
        HttpContext context,
        AuthorizationPolicy policy,
        PolicyAuthorizationResult authorizeResult)
    {
        var page = Lacks(ConsoleAccess.NeedsSecondFactor) ? WayIn
            : Lacks(ConsoleAccess.NeedsProvider) && authorizeResult.Forbidden ? ReturnUrls.With("/sign-in", context.Request.Path)
            : authorizeResult.Forbidden && await MayReadTrailAsync(context) ? "/admin/trail"
            : null;
        await (page is null
            ? _usual.HandleAsync(next, context, policy, authorizeResult)
            : Page.SeeOther(page).ExecuteAsync(context));

        bool Lacks(string what) =>
            authorizeResult.AuthorizationFailure?.FailureReasons.Any(reason => reason.Message == what) == true;
    }

    // The console's own address leads everybody to what they may see.
    private static async Task<bool> MayReadTrailAsync(HttpContext context) =>
        context.Request.Path.Equals("/admin", StringComparison.OrdinalIgnoreCase)
        && (await context.RequestServices.GetRequiredService<IAuthorizationService>()
            .AuthorizeAsync(context.User, ConsoleAccess.TrailPolicy)).Succeeded;
}
