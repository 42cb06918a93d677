using Microsoft.AspNetCore.Authentication.OpenIdConnect;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;
using Microsoft.IdentityModel.Tokens;

namespace OneTimeJwt.Web.Oidc;

/// <summary>What the provider publishes, as the handler has it.</summary>
internal sealed partial class OidcProvider(IOptionsMonitor<OpenIdConnectOptions> options, ILogger<OidcProvider> logger)
{
    public OpenIdConnectOptions Options => options.Get(OpenIdConnectDefaults.AuthenticationScheme);

    /// <summary>Addresses and keys; asked for when they are needed first, and from then on now and then.</summary>
    /// <exception cref="InvalidOperationException">The provider can't be reached, and never was.</exception>
    public Task<OpenIdConnectConfiguration> ConfigurationAsync(CancellationToken cancellationToken) =>
        Options.ConfigurationManager!.GetConfigurationAsync(cancellationToken);

    /// <summary>How long new keys are waited for.</summary>
    private static readonly TimeSpan RefreshTimeout = TimeSpan.FromSeconds(5);

    /// <summary>A token names a key that isn't known. The library asks for new ones in the background, and not too often.</summary>
    /// <returns>Whether there are new ones now.</returns>
    public async Task<bool> RefreshKeysAsync(CancellationToken cancellationToken)
    {
        var before = await ConfigurationAsync(cancellationToken);
        Options.ConfigurationManager!.RequestRefresh();
        for (var waited = TimeSpan.Zero; waited < RefreshTimeout; waited += TimeSpan.FromMilliseconds(100))
        {
            var now = await ConfigurationAsync(cancellationToken);
            if (!ReferenceEquals(now, before) && !Keys(now).SetEquals(Keys(before)))
                return true;
            await Task.Delay(TimeSpan.FromMilliseconds(100), cancellationToken);
        }

        return false;
    }

    /// <summary>
    /// Where a browser goes to sign out at the provider, too (OpenID Connect RP-Initiated Logout 1.0, section 2).
    /// </summary>
    /// <param name="idToken">The one of the session; null where it isn't kept.</param>
    /// <param name="back">Where the provider leads back to.</param>
    /// <param name="cancellationToken">The request's.</param>
    /// <returns>Null where the provider has no such page, or is away.</returns>
    public async Task<string?> SignOutAddressAsync(string? idToken, string back, CancellationToken cancellationToken)
    {
        try
        {
            var page = (await ConfigurationAsync(cancellationToken)).EndSessionEndpoint;
            return string.IsNullOrEmpty(page) ? null : new OpenIdConnectMessage
            {
                IssuerAddress = page,
                ClientId = Options.ClientId,
                IdTokenHint = idToken,
                PostLogoutRedirectUri = back,
                EnableTelemetryParameters = false,
            }.CreateLogoutRequestUrl();
        }
        catch (Exception fault) when (OidcFaults.Of(fault) == OidcFault.Unreachable && !cancellationToken.IsCancellationRequested)
        {
            Log.Unreachable(logger, LoggableException.NameOf(fault));
            return null;
        }
    }

    private static HashSet<string> Keys(OpenIdConnectConfiguration configuration) =>
        [.. configuration.SigningKeys.Select(key => key.KeyId ?? Base64UrlEncoder.Encode(key.ComputeJwkThumbprint()))];

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Warning, "The OpenID provider can't be reached ({Fault}): a person was signed out here alone.")]
        public static partial void Unreachable(ILogger logger, string fault);
    }
}
