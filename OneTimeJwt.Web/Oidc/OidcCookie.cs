using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using OneTimeJwt.Web.SignIn;

namespace OneTimeJwt.Web.Oidc;

/// <summary>The session's cookie: judged at each request, and where its time is over the provider is asked again, unseen.</summary>
internal static class OidcCookie
{
    public static async Task ValidateAsync(CookieValidatePrincipalContext context)
    {
        var http = context.HttpContext;
        var state = context.Principal is { } user && OidcPrincipal.SessionOf(user) is { } id
            ? await http.RequestServices.GetRequiredService<OidcSessions>().StateAsync(id)
            : OidcSessionState.Over;
        if (state == OidcSessionState.Live)
            return;

        context.RejectPrincipal();
        // One that is due stays until the provider has answered: it may be away.
        if (state == OidcSessionState.Due)
            http.Features.Set(new DueSession());
        else
            await http.SignOutAsync(OidcModule.Session);
    }

    public static async Task ChallengeAsync(RedirectContext<CookieAuthenticationOptions> context, AccountsSettings accounts)
    {
        var http = context.HttpContext;
        if (http.Features.Get<DueSession>() is null)
        {
            // One that can't be read would stand in the way of an account's session.
            await http.SignOutAsync(OidcModule.Session);
        }
        else if (IsPage(http.Request))
        {
            var page = http.Request.Path + http.Request.QueryString;
            await http.RequestServices.GetRequiredService<OidcEndpoints>().AskAsync(http, page, isSilent: true);
            return;
        }

        await SignInModule.RedirectToSignInAsync(context, accounts);
    }

    // Scripts and forms can't follow to another origin.
    private static bool IsPage(HttpRequest request) =>
        HttpMethods.IsGet(request.Method)
        && request.Headers["Sec-Fetch-Dest"].ToString() is "" or "document"
        && ReturnUrls.IsConsole(request.Path + request.QueryString);

    private sealed class DueSession;
}
