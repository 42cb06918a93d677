using System.Collections.Immutable;
using System.Security.Claims;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using OneTimeJwt.E2E.Infrastructure;
using OpenIddict.Abstractions;
using OpenIddict.Server;
using static OpenIddict.Abstractions.OpenIddictConstants;
using static OpenIddict.Server.OpenIddictServerEvents;

namespace OneTimeJwt.Web.Tests.Oidc;

/// <summary>Who is signed in at the provider, and what it says of them.</summary>
public sealed record ProviderPerson(string Subject, params IReadOnlyList<string> Roles)
{
    public string Name { get; init; } = "Ada Lovelace";

    public string? Acr { get; init; }

    public IReadOnlyList<string> Amr { get; init; } = ["pwd", "mfa"];

    public string? Sid { get; init; }

    /// <summary>Whether the roles are told by the user-info endpoint alone.</summary>
    public bool IsThin { get; init; }
}

/// <summary>A real OpenID provider, OpenIddict, on a port of its own. Its browser session is whoever <see cref="Person"/> is.</summary>
public sealed class OpenProvider : IAsyncDisposable
{
    public const string ClientId = "console";
    public const string ClientSecret = "not-a-secret-but-as-long-as-one";

    // Making keys costs seconds of a busy machine, which the app would wait for: made once for all.
    private static readonly RSAParameters FirstKey = NewParameters();
    private static readonly RsaSecurityKey EncryptionKey = new(NewParameters());

    private readonly int _port = LocalPort.Free();
    private readonly ShiftedClock _clock;
    private WebApplication? _app;
    private RsaSecurityKey _key = KeyOf(FirstKey);

    private OpenProvider(TimeProvider time) => _clock = new ShiftedClock(time);

    public string Origin => $"http://localhost:{_port}";

    /// <summary>As ID tokens have it.</summary>
    public string Issuer => Origin + "/";

    /// <summary>Null where a person would have to sign in.</summary>
    public ProviderPerson? Person { get; set; } = new("ada", "desk-admins");

    /// <summary>What it answers instead of a code.</summary>
    public string? Error { get; set; }

    /// <summary>What it writes into ID tokens instead of the truth, by claim.</summary>
    public Dictionary<string, string> Forged { get; } = [];

    /// <summary>The authorization requests that came in.</summary>
    public List<OpenIddictRequest> Requests { get; } = [];

    /// <summary>Where browsers came to sign out.</summary>
    public List<OpenIddictRequest> SignOuts { get; } = [];

    /// <summary>What it gave out: codes and tokens.</summary>
    public List<string> Secrets { get; } = [];

    /// <summary>Sets its clock ahead, or back.</summary>
    public void SetClock(TimeSpan ahead) => _clock.Shift = ahead;

    public static async Task<OpenProvider> StartAsync(TimeProvider? time = null)
    {
        var provider = new OpenProvider(time ?? TimeProvider.System);
        await provider.StartAgainAsync();
        return provider;
    }

    /// <summary>What the console is set to.</summary>
    public Dictionary<string, string?> Settings(params (string Key, string? Value)[] more)
    {
        var settings = new Dictionary<string, string?>
        {
            ["Admin:Oidc:Authority"] = Origin,
            ["Admin:Oidc:ClientId"] = ClientId,
            ["Admin:Oidc:ClientSecret"] = ClientSecret,
            ["Admin:Oidc:Name"] = "Contoso",
            ["Admin:Oidc:Admins:0"] = "desk-admins",
            ["Admin:Oidc:Supports:0"] = "desk",
            ["Admin:Oidc:Auditors:0"] = "audit",
        };
        foreach (var (key, value) in more)
            settings[key] = value;
        return settings;
    }

    /// <summary>From now on it signs with another key.</summary>
    public async Task ChangeKeyAsync()
    {
        _key = NewKey();
        await StopAsync();
        await StartAgainAsync();
    }

    public async Task StopAsync()
    {
        if (_app is not null)
            await _app.DisposeAsync();
        _app = null;
    }

    public async Task StartAgainAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls(Origin);
        builder.Logging.ClearProviders();
        builder.Services.AddOpenIddict().AddServer(SetUp);
        builder.Services.AddSingleton<IPostConfigureOptions<OpenIddictServerOptions>>(
            new PostConfigureOptions<OpenIddictServerOptions>(null, options => options.TimeProvider = _clock));
        _app = builder.Build();
        _app.UseAuthentication();
        await _app.StartAsync();
    }

    /// <summary>A logout token as it should be, but for what is changed; null takes a claim away.</summary>
    public string LogoutToken(
        Dictionary<string, object?>? changed = null, RsaSecurityKey? key = null, string algorithm = SecurityAlgorithms.RsaSha256)
    {
        var now = _clock.GetUtcNow();
        var claims = new Dictionary<string, object?>
        {
            ["iss"] = Issuer,
            ["aud"] = ClientId,
            ["iat"] = now.ToUnixTimeSeconds(),
            ["exp"] = now.AddMinutes(2).ToUnixTimeSeconds(),
            ["jti"] = Guid.NewGuid().ToString(),
            ["sub"] = Person?.Subject ?? "ada",
            ["events"] = new Dictionary<string, object>
            {
                ["http://schemas.openid.net/event/backchannel-logout"] = new Dictionary<string, object>(),
            },
        };
        foreach (var (claim, value) in changed ?? [])
            claims[claim] = value;
        var payload = System.Text.Json.JsonSerializer.Serialize(claims.Where(claim => claim.Value is not null).ToDictionary());
        var writer = new JsonWebTokenHandler { SetDefaultTimesOnTokenCreation = false };
        if (algorithm == SecurityAlgorithms.None)
            return writer.CreateToken(payload);

        var credentials = new SigningCredentials(
            algorithm == SecurityAlgorithms.HmacSha256
                ? new SymmetricSecurityKey(System.Text.Encoding.UTF8.GetBytes(ClientSecret.PadRight(32, '.')))
                : key ?? _key,
            algorithm);
        return writer.CreateToken(payload, credentials, new Dictionary<string, object> { ["typ"] = "logout+jwt" });
    }

    public static RsaSecurityKey NewKey() => KeyOf(NewParameters());

    public async ValueTask DisposeAsync() => await StopAsync();

    private static RsaSecurityKey KeyOf(RSAParameters parameters) => new(parameters) { KeyId = Guid.NewGuid().ToString("N") };

    private static RSAParameters NewParameters()
    {
        using var rsa = RSA.Create(2048);
        return rsa.ExportParameters(includePrivateParameters: true);
    }

    private void SetUp(OpenIddictServerBuilder server)
    {
        server.EnableDegradedMode()
            .SetIssuer(Origin)
            .SetAuthorizationEndpointUris("/authorize")
            .SetTokenEndpointUris("/token")
            .SetUserInfoEndpointUris("/userinfo")
            .SetEndSessionEndpointUris("/logout")
            .AllowAuthorizationCodeFlow()
            .RequireProofKeyForCodeExchange()
            .RegisterScopes(Scopes.OpenId, Scopes.Profile, "groups")
            .RegisterPromptValues(PromptValues.None)
            .AddEncryptionKey(EncryptionKey)
            .AddSigningKey(_key);
        server.UseAspNetCore().DisableTransportSecurityRequirement();
        server.AddEventHandler<ValidateAuthorizationRequestContext>(handler => handler.UseInlineHandler(Check));
        server.AddEventHandler<ValidateTokenRequestContext>(handler => handler.UseInlineHandler(Check));
        server.AddEventHandler<ValidateEndSessionRequestContext>(handler => handler.UseInlineHandler(_ => default));
        server.AddEventHandler<HandleAuthorizationRequestContext>(handler => handler.UseInlineHandler(Enter));
        server.AddEventHandler<HandleUserInfoRequestContext>(handler => handler.UseInlineHandler(Tell));
        server.AddEventHandler<HandleEndSessionRequestContext>(handler => handler.UseInlineHandler(Leave));
        server.AddEventHandler<ApplyTokenResponseContext>(handler => handler.UseInlineHandler(Forge).SetOrder(int.MinValue));
        server.AddEventHandler<ApplyAuthorizationResponseContext>(handler => handler.UseInlineHandler(Note).SetOrder(int.MinValue));
    }

    private static ValueTask Check(ValidateAuthorizationRequestContext context)
    {
        if (context.ClientId != ClientId)
            context.Reject(Errors.InvalidClient);
        return default;
    }

    private static ValueTask Check(ValidateTokenRequestContext context)
    {
        if (context.ClientId != ClientId || context.ClientSecret != ClientSecret)
            context.Reject(Errors.InvalidClient);
        return default;
    }

    private ValueTask Enter(HandleAuthorizationRequestContext context)
    {
        Requests.Add(context.Request);
        if (Error is not null)
            context.Reject(Error, "told by the \"test\"\r\nin two lines");
        else if (Person is not { } person)
            context.Reject(Errors.LoginRequired);
        else
            context.SignIn(PrincipalOf(person, context.Request));
        return default;
    }

    private static ClaimsPrincipal PrincipalOf(ProviderPerson person, OpenIddictRequest request)
    {
        var identity = new ClaimsIdentity("provider", Claims.Name, Claims.Role);
        identity.SetClaim(Claims.Subject, person.Subject);
        identity.SetClaim(Claims.Name, person.Name);
        identity.SetClaim("sid", person.Sid);
        identity.SetClaim("acr", person.Acr);
        identity.SetClaims("amr", [.. person.Amr]);
        if (!person.IsThin)
            identity.SetClaims("roles", [.. person.Roles]);
        identity.SetDestinations(_ => [Destinations.IdentityToken]);
        var principal = new ClaimsPrincipal(identity);
        principal.SetScopes(request.GetScopes());
        return principal;
    }

    private ValueTask Tell(HandleUserInfoRequestContext context)
    {
        context.Subject = context.AccessTokenPrincipal!.GetClaim(Claims.Subject);
        context.Claims["roles"] = new OpenIddictParameter(ImmutableArray.CreateRange<string?>(Person?.Roles ?? []));
        return default;
    }

    private ValueTask Leave(HandleEndSessionRequestContext context)
    {
        SignOuts.Add(context.Request);
        Person = null;
        context.SignOut();
        return default;
    }

    // Signed again by the provider itself, as one would that has a fault.
    private ValueTask Forge(ApplyTokenResponseContext context)
    {
        if (context.Response.IdToken is { } idToken && Forged.Count > 0)
        {
            var payload = System.Text.Json.Nodes.JsonNode.Parse(Base64UrlEncoder.Decode(idToken.Split('.')[1]))!.AsObject();
            foreach (var (claim, value) in Forged)
                payload[claim] = System.Text.Json.Nodes.JsonNode.Parse(value);
            context.Response.IdToken =
                new JsonWebTokenHandler { SetDefaultTimesOnTokenCreation = false }.CreateToken(
                    payload.ToJsonString(), new SigningCredentials(_key, SecurityAlgorithms.RsaSha256));
        }

        Secrets.AddRange(new[] { context.Response.IdToken, context.Response.AccessToken }.OfType<string>());
        return default;
    }

    private ValueTask Note(ApplyAuthorizationResponseContext context)
    {
        if (context.Response.Code is { } code)
            Secrets.Add(code);
        return default;
    }

    private sealed class ShiftedClock(TimeProvider inner) : TimeProvider
    {
        public TimeSpan Shift { get; set; }

        public override DateTimeOffset GetUtcNow() => inner.GetUtcNow() + Shift;
    }
}
