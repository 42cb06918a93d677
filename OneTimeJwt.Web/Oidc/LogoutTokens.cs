using System.Globalization;
using System.Text.Json;
using System.Threading.RateLimiting;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;
using Microsoft.IdentityModel.Tokens;

namespace OneTimeJwt.Web.Oidc;

/// <summary>
/// Receives the provider's logout tokens (OpenID Connect Back-Channel Logout 1.0, section 2.5). Only posts that have none of the
/// provider's count against a client's limit.
/// </summary>
internal sealed partial class LogoutTokens(
    OidcProvider provider,
    OidcSessions sessions,
    PartitionedRateLimiter<HttpContext> limiter,
    TimeProvider time,
    ILogger<LogoutTokens> logger)
{
    private const string Event = "http://schemas.openid.net/event/backchannel-logout";
    private const int MaxToken = 16 * 1024;
    private const int MaxId = 1_000;

    private static readonly JsonWebTokenHandler JsonWebTokens = new() { MapInboundClaims = false };

    // Section 2.4 recommends two minutes of life; older ones are refused whatever they say.
    private static readonly TimeSpan MaxAge = TimeSpan.FromMinutes(10);

    /// <summary>200 where the sessions are over, 400 for a token that isn't one, 503 where its keys can't be had.</summary>
    public async Task<IResult> ReceiveAsync(HttpContext http)
    {
        // No error page: a machine reads the answer.
        if (http.Features.Get<IStatusCodePagesFeature>() is { } pages)
            pages.Enabled = false;
        var token = await ReadAsync(http);
        if (!IsPlausible(token))
            return await RefuseAsync(http, "no token of this provider for this client");

        TokenValidationResult result;
        try
        {
            result = await ValidateAsync(token!, http.RequestAborted);
        }
        catch (Exception fault) when (OidcFaults.Of(fault) == OidcFault.Unreachable && !http.RequestAborted.IsCancellationRequested)
        {
            return Results.StatusCode(StatusCodes.Status503ServiceUnavailable);
        }

        if (!result.IsValid)
            return await RefuseAsync(http, result.Exception.GetType().Name);

        var logout = (JsonWebToken)result.SecurityToken;
        if (Fault(logout) is { } why)
            return await RefuseAsync(http, why);

        await sessions.LogOutAsync(logout.Id, logout.Issuer, Text(logout, "sub"), Text(logout, "sid"), logout.IssuedAt);
        return Results.StatusCode(StatusCodes.Status200OK);
    }

    private static async Task<string?> ReadAsync(HttpContext http)
    {
        try
        {
            var fields = await FormPost.FieldsAsync(http, FormPost.MaxBytes, new FormOptions());
            return fields["logout_token"] is { Count: 1 } value ? value.ToString() : null;
        }
        catch (BadHttpRequestException)
        {
            return null;
        }
    }

    // Without its keys, so that strangers make nobody ask for keys.
    private bool IsPlausible(string? token)
    {
        if (token is not { Length: > 0 and <= MaxToken } || !JsonWebTokens.CanReadToken(token))
            return false;

        try
        {
            var read = JsonWebTokens.ReadJsonWebToken(token);
            return read.Audiences.Contains(provider.Options.ClientId) && SignatureAlgorithms.Asymmetric.Contains(read.Alg);
        }
        catch (Exception fault) when (fault is ArgumentException or SecurityTokenException or JsonException or FormatException)
        {
            return false;
        }
    }

    private async Task<TokenValidationResult> ValidateAsync(string token, CancellationToken cancellationToken)
    {
        var result = await ValidateAsync(token, await provider.ConfigurationAsync(cancellationToken));
        return OidcFaults.Of(result.Exception ?? new InvalidDataException()) == OidcFault.Keys
            && await provider.RefreshKeysAsync(cancellationToken)
                ? await ValidateAsync(token, await provider.ConfigurationAsync(cancellationToken))
                : result;
    }

    private Task<TokenValidationResult> ValidateAsync(string token, OpenIdConnectConfiguration configuration) =>
        JsonWebTokens.ValidateTokenAsync(token, new TokenValidationParameters
        {
            ValidIssuer = configuration.Issuer,
            ValidAudience = provider.Options.ClientId,
            IssuerSigningKeys = configuration.SigningKeys,
            ValidAlgorithms = SignatureAlgorithms.Asymmetric,
            RequireSignedTokens = true,
            RequireExpirationTime = true,
            ValidateLifetime = true,
            LifetimeValidator = OidcHandler.Lifetime(time),
        });

    // Section 2.6.
    private string? Fault(JsonWebToken token)
    {
        var now = time.GetUtcNow().UtcDateTime;
        return token.TryGetPayloadValue<object>("nonce", out _) ? "it has a nonce"
            : !token.TryGetPayloadValue<JsonElement>("events", out var events) || events.ValueKind != JsonValueKind.Object
                || !events.TryGetProperty(Event, out var what) || what.ValueKind != JsonValueKind.Object ? "it has no logout event"
            : token.IssuedAt == DateTime.MinValue || token.IssuedAt > now + OidcHandler.ClockSkew ? "it was issued at no time"
            : token.IssuedAt < now - MaxAge ? "it is too old"
            : token.Id is not { Length: > 0 and <= MaxId } ? "it has no id"
            : Text(token, "sub") is null && Text(token, "sid") is null ? "it names nobody"
            : null;
    }

    private static string? Text(JsonWebToken token, string claim) =>
        token.TryGetPayloadValue<string>(claim, out var value) && value is { Length: > 0 and <= MaxId } ? value : null;

    private async Task<IResult> RefuseAsync(HttpContext http, string why)
    {
        Log.Refused(logger, why);
        using var lease = await limiter.AcquireAsync(http, 1, http.RequestAborted);
        return Results.StatusCode(lease.IsAcquired ? StatusCodes.Status400BadRequest : StatusCodes.Status429TooManyRequests);
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Warning, "A logout token was refused: {Why}.")]
        public static partial void Refused(ILogger logger, string why);
    }
}
