using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Authentication.OpenIdConnect;
using Microsoft.AspNetCore.Authorization;
using OneTimeJwt.Web.SignIn;

namespace OneTimeJwt.Web.Oidc;

/// <summary>Signing in to the console at an OpenID provider. Where <c>Admin:Oidc</c> isn't set, nothing of it is there.</summary>
internal static class OidcModule
{
    /// <summary>The scheme of the console's pages: a session of the provider's where there is one, else an account's.</summary>
    public const string Console = "Console";

    /// <summary>The scheme of the provider's sessions, and the name of their cookie.</summary>
    public const string Session = OidcPrincipal.AuthenticationType;

    public const string Path = "/sign-in/provider";
    public const string CallbackPath = Path + "/callback";
    public const string ProblemPath = Path + "/problem";
    public const string SessionPath = Path + "/session";
    public const string SignedOutPath = Path + "/signed-out";
    public const string LogoutPath = Path + "/logout";

    private static readonly TimeSpan CookieTime = TimeSpan.FromHours(8);

    public static void AddOidc(this WebApplicationBuilder builder)
    {
        if (!OidcSettings.IsSet(builder.Configuration))
            return;

        var services = builder.Services;
        services.AddSettings<OidcSettings, OidcSettingsValidator>(OidcSettings.Section);
        services.AddSingleton<OidcSessions>();
        services.AddSingleton<FindLiveSessions>(provider => provider.GetRequiredService<OidcSessions>().LiveAsync);
        services.AddSingleton(provider =>
            new ConsoleProvider(provider.GetRequiredService<IOptions<OidcSettings>>().Value.DisplayName, Path));
        services.AddSingleton<OidcEvents>();
        services.AddSingleton<OidcEndpoints>();
        services.AddSingleton<LogoutTokens>();
        services.AddSingleton<OidcProvider>();
        CallbackQuery.Decorate(services);

        services.AddAuthentication()
            .AddPolicyScheme(Console, displayName: null, _ => { })
            .AddCookie(Session)
            .AddOpenIdConnect();
        services.AddOptions<PolicySchemeOptions>(Console).Configure<IOptionsMonitor<CookieAuthenticationOptions>>((console, cookies) =>
            console.ForwardDefaultSelector = http =>
                http.Request.Cookies.ContainsKey(cookies.Get(Session).Cookie.Name!) ? Session : IdentityConstants.ApplicationScheme);
        services.AddOptions<CookieAuthenticationOptions>(Session).Configure<IOptions<AccountsSettings>>((cookie, accounts) =>
        {
            cookie.ExpireTimeSpan = CookieTime;
            cookie.SlidingExpiration = false;
            cookie.Events.OnValidatePrincipal = OidcCookie.ValidateAsync;
            cookie.Events.OnRedirectToLogin = context => OidcCookie.ChallengeAsync(context, accounts.Value);
            cookie.Events.OnRedirectToAccessDenied = SignInModule.ForbidAsync;
        });
        // Ahead of the framework's own, which makes the parts that talk to the provider.
        services.AddOptions<OpenIdConnectOptions>(OpenIdConnectDefaults.AuthenticationScheme)
            .Configure<IOptions<OidcSettings>, IOptions<SecuritySettings>, SitePath, TimeProvider>(OidcHandler.Configure);
    }

    public static void MapOidc(this WebApplication app)
    {
        if (!OidcSettings.IsSet(app.Configuration))
            return;

        app.MapPage<OidcEndpoints>(Path, pages => pages.BeginAsync);
        app.MapPage<OidcEndpoints>(ProblemPath, pages => pages.Problem);
        app.MapPage(SignedOutPath, () => Page.SeeOther(OidcEndpoints.SignInPage));
        app.MapPost(LogoutPath, (LogoutTokens tokens, HttpContext http) => tokens.ReceiveAsync(http)).DisableRateLimiting();
        var own = app.MapGroup(SessionPath)
            .RequireAuthorization(new AuthorizationPolicyBuilder(Session).RequireAuthenticatedUser().Build());
        own.MapPage<OidcEndpoints>("", pages => pages.Session);
        own.MapForm<OidcEndpoints>("", pages => pages.SignOutAsync);
    }
}
