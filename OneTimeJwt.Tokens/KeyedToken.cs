using System.Diagnostics.CodeAnalysis;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace OneTimeJwt.Tokens;

/// <summary>A JWT with its only candidate key, so that the other checks are the same for all tokens of a purpose.</summary>
internal sealed class KeyedToken(string token, SecurityKey key) : JsonWebToken(token)
{
    /// <summary>Keeps no provider: keys never repeat.</summary>
    internal static readonly CryptoProviderFactory Uncached = new()
    {
        CacheSignatureProviders = false,
        SignatureProviderObjectPoolCacheSize = 1,
    };

    private readonly SecurityKey[] _keys = [key];

    [SuppressMessage(
        "Security",
        "CA5404",
        Justification = "There is no iss claim: nobody but ourselves issues these, and the key says so.")]
    internal static TokenValidationParameters Checks(string purpose) =>
        new ImmutableParameters()
        {
            IssuerSigningKeyResolver = (_, token, _, _) => ((KeyedToken)token)._keys,
            CryptoProviderFactory = Uncached,
            TryAllIssuerSigningKeys = false,
            RequireSignedTokens = true,
            ValidateIssuerSigningKey = true,
            ValidAlgorithms = [SecurityAlgorithms.HmacSha256],
            ValidTypes = [OneTimeTokens.Type],
            ValidateAudience = true,
            RequireAudience = true,
            IgnoreTrailingSlashWhenValidatingAudience = false,
            ValidAudience = purpose,
            RequireExpirationTime = true,
            ValidateLifetime = true,
            ClockSkew = TimeSpan.Zero,
            // The library's own check reads the system's clock; ours has been made before.
            LifetimeValidator = (_, expires, _, _) => expires is not null,
            ValidateIssuer = false,
            ValidateActor = false,
            ValidateTokenReplay = false,
            ValidateWithLKG = false,
            LogTokenId = false,
            IncludeTokenOnFailedValidation = false,
            SaveSigninToken = false,
        };

    // The library copies its parameters for each token.
    private sealed class ImmutableParameters : TokenValidationParameters
    {
        public override TokenValidationParameters Clone() => this;
    }
}
