using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.OpenIdConnect;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;
using Microsoft.IdentityModel.Tokens;

namespace OneTimeJwt.Web.Oidc;

/// <summary>How the framework's handler is set: code flow with PKCE and nonce, and nothing kept but what signing out needs.</summary>
internal static class OidcHandler
{
    /// <summary>What clocks may differ by.</summary>
    public static readonly TimeSpan ClockSkew = TimeSpan.FromMinutes(2);

    /// <summary>New keys are looked for when a token names an unknown one, but no more often than this, whoever sends such
    /// tokens.</summary>
    public static readonly TimeSpan KeyRefresh = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan AnswerTimeout = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan SignInTime = TimeSpan.FromMinutes(15);

    /// <summary>By this app's clock: an expired token, or one of the future, is refused.</summary>
    public static LifetimeValidator Lifetime(TimeProvider time) => (notBefore, expires, _, _) =>
        time.GetUtcNow().UtcDateTime is var now && expires > now - ClockSkew && !(notBefore > now + ClockSkew);

    public static void Configure(
        OpenIdConnectOptions oidc, IOptions<OidcSettings> settings, IOptions<SecuritySettings> security, SitePath site, TimeProvider time)
    {
        oidc.Authority = settings.Value.Authority;
        oidc.RequireHttpsMetadata = !new Uri(settings.Value.Authority!).IsLoopback;
        oidc.ClientId = settings.Value.ClientId;
        oidc.ClientSecret = settings.Value.ClientSecret;
        oidc.ResponseType = OpenIdConnectResponseType.Code;
        // The cookies that the answer needs can then be SameSite=Lax.
        oidc.ResponseMode = OpenIdConnectResponseMode.Query;
        oidc.UsePkce = true;
        oidc.PushedAuthorizationBehavior = PushedAuthorizationBehavior.UseIfAvailable;
        foreach (var scope in settings.Value.Scopes)
            oidc.Scope.Add(scope.Trim());
        oidc.DisableTelemetry = true;

        oidc.CallbackPath = OidcModule.CallbackPath;
        // Signing out is OidcEndpoints' and LogoutTokens'.
        oidc.RemoteSignOutPath = default;
        oidc.SignedOutCallbackPath = default;
        oidc.SignInScheme = OidcModule.Session;
        oidc.SaveTokens = false;
        oidc.EventsType = typeof(OidcEvents);
        oidc.RemoteAuthenticationTimeout = SignInTime;

        oidc.MapInboundClaims = false;
        oidc.GetClaimsFromUserInfoEndpoint = true;
        oidc.ClaimActions.Clear();
        foreach (var claim in new[] { settings.Value.RoleClaim }.Concat(OidcEvents.NameClaims).Distinct())
            oidc.ClaimActions.MapJsonKey(claim, claim);
        oidc.TokenValidationParameters.ValidAlgorithms = SignatureAlgorithms.Asymmetric;
        oidc.TokenValidationParameters.LifetimeValidator = Lifetime(time);

        oidc.RefreshInterval = KeyRefresh;
        oidc.BackchannelTimeout = AnswerTimeout;
        // No redirects: the secret is for one provider.
        oidc.BackchannelHttpHandler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            PooledConnectionLifetime = TimeSpan.FromMinutes(5),
        };
        SecurityModule.Harden(oidc.CorrelationCookie, "provider-state.", security.Value, site);
        SecurityModule.Harden(oidc.NonceCookie, "provider-nonce.", security.Value, site);
    }
}
