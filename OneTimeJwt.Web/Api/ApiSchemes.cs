using System.Security.Claims;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.IdentityModel.Tokens;
using OneTimeJwt.Web.Admin;

namespace OneTimeJwt.Web.Api;

/// <summary>How programs prove who they are: by a key, or by a token of the provider that the settings name; both as bearer tokens
/// (RFC 6750, section 2.1).</summary>
internal static class ApiSchemes
{
    public const string Any = "Api";

    private const string Key = "ApiKey";
    private const string Token = "ApiToken";
    private const string Bearer = "Bearer ";

    private static readonly TimeSpan ClockSkew = TimeSpan.FromMinutes(1);

    // Programs wait for it twice, where the provider takes connections and says nothing.
    private static readonly TimeSpan ProviderTimeout = TimeSpan.FromSeconds(5);
    private static readonly object ProviderIsAway = new();

    // The best that tokens say, for the trail.
    private static readonly string[] Names = ["name", "preferred_username", "client_id", "azp", "appid", "sub"];

    /// <returns>What stands behind <c>Bearer</c>; null where there is no such header.</returns>
    public static string? BearerOf(HttpRequest request) =>
        request.Headers.Authorization is [{ } header] && header.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase)
            ? header[Bearer.Length..].Trim()
            : null;

    public static void AddSchemes(IServiceCollection services)
    {
        services.AddAuthentication()
            .AddScheme<AuthenticationSchemeOptions, ApiKeyHandler>(Key, _ => { })
            .AddJwtBearer(Token, _ => { })
            .AddPolicyScheme(Any, displayName: null, _ => { });
        services.AddOptions<PolicySchemeOptions>(Any).Configure<IOptions<ApiSettings>>((options, settings) =>
            options.ForwardDefaultSelector = context =>
                settings.Value.Authority is null || BearerOf(context.Request)?.StartsWith(ApiKey.Prefix, StringComparison.Ordinal) == true
                    ? Key
                    : Token);
        services.AddOptions<JwtBearerOptions>(Token).Configure<IOptions<ApiSettings>, IHostEnvironment>(Configure);
    }

    private static void Configure(JwtBearerOptions bearer, IOptions<ApiSettings> settings, IHostEnvironment environment)
    {
        bearer.Authority = settings.Value.Authority;
        bearer.Audience = settings.Value.Audience;
        bearer.RequireHttpsMetadata = !environment.IsDevelopment();
        bearer.BackchannelTimeout = ProviderTimeout;
        bearer.MapInboundClaims = false;
        bearer.TokenValidationParameters = new TokenValidationParameters
        {
            ValidateIssuer = true,
            ValidateAudience = true,
            ValidAudience = settings.Value.Audience,
            ValidateLifetime = true,
            RequireExpirationTime = true,
            RequireSignedTokens = true,
            ValidateIssuerSigningKey = true,
            ClockSkew = ClockSkew,
            ValidAlgorithms = SignatureAlgorithms.Asymmetric,
        };
        bearer.Events = new JwtBearerEvents
        {
            OnTokenValidated = context =>
            {
                if (IdentityOf(context.Principal!) is { } identity)
                    context.Principal = new ClaimsPrincipal(identity);
                else
                    context.Fail("The token names nobody that the trail could.");
                return Task.CompletedTask;
            },
            OnAuthenticationFailed = async context =>
            {
                // Without the provider's keys every token looks like a wrong one.
                if (!await HasKeysAsync(context.Options, context.HttpContext.RequestAborted))
                    context.HttpContext.Items[ProviderIsAway] = true;
            },
            OnChallenge = context =>
            {
                if (context.HttpContext.Items.ContainsKey(ProviderIsAway))
                {
                    context.HandleResponse();
                    context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
                }

                return Task.CompletedTask;
            },
        };
    }

    private static async Task<bool> HasKeysAsync(JwtBearerOptions bearer, CancellationToken cancellationToken)
    {
        try
        {
            return await bearer.ConfigurationManager!.GetConfigurationAsync(cancellationToken) is not null;
        }
        catch (InvalidOperationException)
        {
            return false;
        }
    }

    private static MachineIdentity? IdentityOf(ClaimsPrincipal token)
    {
        if (token.FindFirst("sub") is not { Value: { Length: > 0 } subject, Issuer: var issuer })
            return null;

        var actor = MachineIdentity.ActorOf(issuer, subject);
        if (actor.Length > ColumnLength.Id || subject.Any(char.IsControl))
            return null;

        var scopes = ApiScopes.Of(token);
        var name = Names.Select(claim => PlainName.Of(token.FindFirst(claim)?.Value)).FirstOrDefault(text => text is not null);
        return new MachineIdentity(
            actor,
            name is null || name.Length > ColumnLength.Name ? "a program" : name,
            ApiScopes.RoleOf(scopes),
            scopes.Select(scope => new Claim(ApiScopes.ClaimType, scope)));
    }
}
