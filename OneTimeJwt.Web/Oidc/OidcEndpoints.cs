using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.OpenIdConnect;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;
using OneTimeJwt.Web.SignIn;

namespace OneTimeJwt.Web.Oidc;

/// <summary>The pages around a sign-in at the provider: its beginning, what is told where it fails, and signing out.</summary>
internal sealed partial class OidcEndpoints(
    OidcProvider provider,
    OidcSessions sessions,
    PublicOrigin origin,
    IOptions<ConsoleSettings> console,
    IOptions<OidcSettings> settings,
    ILogger<OidcEndpoints> logger)
{
    public const string Console = "/admin";

    public static readonly string SignInPage = ReturnUrls.With("/sign-in", Console);

    private string Name => settings.Value.DisplayName;

    public async Task<IResult> BeginAsync(HttpContext http, string? returnUrl)
    {
        var page = ReturnUrls.IsConsole(returnUrl) ? ReturnUrls.Local(returnUrl) : Console;
        // Other sites may lead to the sign-in page and press nothing there.
        if (http.Request.Headers["Sec-Fetch-Site"].ToString() is not ("" or "same-origin" or "none"))
            return Page.SeeOther(ReturnUrls.With("/sign-in", page));

        await AskAsync(http, page, isSilent: false);
        return Results.Empty;
    }

    /// <summary>Leads the browser to the provider; where that is away, to the page that says so.</summary>
    /// <param name="http">The request.</param>
    /// <param name="page">Where it leads back to.</param>
    /// <param name="isSilent">Whether the provider may show nothing.</param>
    /// <param name="isAgain">Whether a new key was the reason.</param>
    public async Task AskAsync(HttpContext http, string page, bool isSilent, bool isAgain = false)
    {
        var properties = new AuthenticationProperties { RedirectUri = http.Request.PathBase + page };
        properties.Items[OidcEvents.ReturnUrl] = page;
        if (isSilent)
            properties.Items[OidcEvents.Silent] = "";
        if (isAgain)
            properties.Items[OidcEvents.AskedAgain] = "";
        try
        {
            await http.ChallengeAsync(OpenIdConnectDefaults.AuthenticationScheme, properties);
        }
        catch (Exception fault) when (IsOfProvider(fault) && !http.RequestAborted.IsCancellationRequested)
        {
            var kind = OidcFaults.Of(fault);
            Log.Failed(logger, kind, LoggableException.NameOf(fault));
            await Lead(kind, page).ExecuteAsync(http);
        }
    }

    /// <summary>The answer to a sign-in that failed.</summary>
    public static IResult Lead(OidcFault fault, string page) =>
        Page.SeeOther(fault == OidcFault.SignInNeeded ? ReturnUrls.With("/sign-in", page) : ProblemPage(fault, page));

    public static string ProblemPage(OidcFault fault, string page) =>
        OidcModule.ProblemPath + QueryString.Create("fault", fault.ToString()).Add("returnUrl", page);

    public IResult Problem(string? fault, string? returnUrl)
    {
        var known = Enum.TryParse<OidcFault>(fault, out var parsed) && Enum.IsDefined(parsed) ? parsed : OidcFault.Other;
        var status = known is OidcFault.Denied or OidcFault.NoRole or OidcFault.NoSecondFactor
            ? StatusCodes.Status403Forbidden
            : StatusCodes.Status400BadRequest;
        return Page.Of<OidcProblem>(
            status,
            new
            {
                Fault = known,
                Provider = Name,
                ReturnUrl = ReturnUrls.IsConsole(returnUrl) ? ReturnUrls.Local(returnUrl) : Console,
                OffersLocal = console.Value.Local,
            });
    }

    public IResult Session(HttpContext http) => ShowSession(http, problem: null);

    public async Task<IResult> SignOutAsync(HttpContext http, FormPost form)
    {
        if (form.Forgery is { } forgery)
            return ShowSession(http, forgery);

        var idToken = await http.GetTokenAsync(OidcModule.Session, OpenIdConnectParameterNames.IdToken);
        await sessions.EndAsync(OidcPrincipal.SessionOf(http.User)!);
        await http.SignOutAsync(OidcModule.Session);
        var address = await provider.SignOutAddressAsync(
            idToken, origin.Value + OidcModule.SignedOutPath, http.RequestAborted);
        if (address is null)
            return Page.SeeOther(SignInPage);

        // Chromium holds redirects of a form against form-action; the header is followed like a link.
        http.Response.Headers["Refresh"] = $"0; url={address}";
        return Page.Of<OidcSignedOut>(parameters: new { Provider = Name, Address = address });
    }

    private IResult ShowSession(HttpContext http, FormProblem? problem) => Page.Of<OidcSessionPage>(
        problem, new { Provider = Name, Person = http.User.Identity!.Name ?? "", Problem = problem });

    // The handler's own faults, and of other exceptions those that come from the provider.
    private static bool IsOfProvider(Exception fault) =>
        fault is OpenIdConnectProtocolException || OidcFaults.Of(fault) != OidcFault.Other;

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Warning, "The OpenID provider could not be asked to sign a person in: {Fault} ({Cause}).")]
        public static partial void Failed(ILogger logger, OidcFault fault, string cause);
    }
}
