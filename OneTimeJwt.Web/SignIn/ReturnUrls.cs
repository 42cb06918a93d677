using Microsoft.AspNetCore.WebUtilities;

namespace OneTimeJwt.Web.SignIn;

/// <summary>Where people go on to after they have signed in.</summary>
internal static class ReturnUrls
{
    public const string FromForm = "from-form";

    // Nothing but a path of ours: no scheme, no host, no backslash that a browser would read as a slash.
    public static string Local(string? url, string otherwise = "/account") =>
        url is ['/', ..] and not ['/', '/' or '\\', ..]
        && !url.Any(c => char.IsControl(c) || c == '\\')
        && Uri.IsWellFormedUriString(url, UriKind.Relative)
            ? url
            : otherwise;

    /// <summary>A page that leads on to another one.</summary>
    public static string With(string path, string returnUrl) => path + QueryString.Create("returnUrl", returnUrl);

    /// <summary>
    /// Where a form leads whose sender has to sign in. Chromium holds each redirect of a form against <c>form-action</c>, so where
    /// <c>Accounts:SignInUrl</c> is set, a page of ours comes in between.
    /// </summary>
    public static string AfterForm(string signIn, AccountsSettings settings) =>
        settings.SignInUrl is null ? signIn : QueryHelpers.AddQueryString(signIn, FromForm, "");

    /// <summary>The answer to a form whose sender has to sign in.</summary>
    public static IResult SignInAgain(AccountsSettings settings) => Page.SeeOther(AfterForm("/sign-in", settings));

    public static bool IsConsole(string? url) => Local(url).StartsWith("/admin", StringComparison.OrdinalIgnoreCase);
}
