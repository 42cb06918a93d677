using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Authorization.Policy;
using OneTimeJwt.Web.Profile;
using OneTimeJwt.Web.SignIn;

namespace OneTimeJwt.Web.Admin;

/// <summary>Redirects users who lack only a second factor to the page where one is set up, which says why.</summary>
internal sealed class SecondFactorRedirect : IAuthorizationMiddlewareResultHandler
{
    private static readonly string WayIn = ReturnUrls.With(SecondFactorRoutes.Path, returnUrl: "/admin");

    private readonly AuthorizationMiddlewareResultHandler _usual = new();

    public Task HandleAsync(
        RequestDelegate next,
        HttpContext context,
        AuthorizationPolicy policy,
        PolicyAuthorizationResult authorizeResult)
    {
        var lacksSecondFactor =
            authorizeResult.AuthorizationFailure?.FailureReasons.Any(reason => reason.Message == ConsoleAccess.NeedsSecondFactor) == true;
        return lacksSecondFactor
            ? Page.SeeOther(WayIn).ExecuteAsync(context)
            : _usual.HandleAsync(next, context, policy, authorizeResult);
    }
}
