using Microsoft.AspNetCore.Authentication.OpenIdConnect;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;
using Microsoft.IdentityModel.Tokens;

namespace OneTimeJwt.Web.Oidc;

/// <summary>What the provider publishes, as the handler has it.</summary>
internal sealed partial class OidcProvider(
    IOptionsMonitor<OpenIdConnectOptions> options, TimeProvider time, ILogger<OidcProvider> logger)
{
    /// <summary>How long new keys are waited for.</summary>
    private static readonly TimeSpan RefreshTimeout = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan RefreshPoll = TimeSpan.FromMilliseconds(100);

    private readonly Lock _lock = new();
    private Task<bool> _refresh = Task.FromResult(false);
    private long? _refreshBegan;

    public OpenIdConnectOptions Options => options.Get(OpenIdConnectDefaults.AuthenticationScheme);

    /// <summary>Addresses and keys; asked for when they are needed first, and from then on now and then.</summary>
    /// <exception cref="InvalidOperationException">The provider can't be reached, and never was.</exception>
    public Task<OpenIdConnectConfiguration> ConfigurationAsync(CancellationToken cancellationToken) =>
        Options.ConfigurationManager!.GetConfigurationAsync(cancellationToken);

    /// <summary>
    /// A token names a key that isn't known. The library asks for new ones in the background, and not too often: until it would
    /// ask again, all such tokens share one wait, so that a stranger's hold nothing up.
    /// </summary>
    /// <returns>Whether there are new ones now.</returns>
    public Task<bool> RefreshKeysAsync(CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            if (_refreshBegan is not { } began || time.GetElapsedTime(began) >= OidcHandler.KeyRefresh)
                (_refreshBegan, _refresh) = (time.GetTimestamp(), RefreshKeysAsync());
            return _refresh.WaitAsync(cancellationToken);
        }
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

    private async Task<bool> RefreshKeysAsync()
    {
        var before = await ConfigurationAsync(CancellationToken.None);
        Options.ConfigurationManager!.RequestRefresh();
        for (var waited = TimeSpan.Zero; waited < RefreshTimeout; waited += RefreshPoll)
        {
            var now = await ConfigurationAsync(CancellationToken.None);
            if (!ReferenceEquals(now, before) && !Keys(now).SetEquals(Keys(before)))
                return true;
            await Task.Delay(RefreshPoll);
        }

        return false;
    }

    private static HashSet<string> Keys(OpenIdConnectConfiguration configuration) =>
        [.. configuration.SigningKeys.Select(key => key.KeyId ?? Base64UrlEncoder.Encode(key.ComputeJwkThumbprint()))];

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Warning, "The OpenID provider can't be reached ({Fault}): a person was signed out here alone.")]
        public static partial void Unreachable(ILogger logger, string fault);
    }
}
