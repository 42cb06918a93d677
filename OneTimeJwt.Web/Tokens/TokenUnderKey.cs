using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace OneTimeJwt.Web.Tokens;

/// <summary>A token with the one key that may have signed it, so that what is checked beside is the same for all tokens of a purpose.</summary>
internal sealed class TokenUnderKey(string token, SecurityKey key) : JsonWebToken(token)
{
    private readonly SecurityKey[] _keys = [key];

    [System.Diagnostics.CodeAnalysis.SuppressMessage("Security", "CA5404", Justification = "There is no iss claim: nobody but ourselves issues these, and the key says so.")]
    internal static TokenValidationParameters Checks(string purpose) => new Unchanging()
    {
        IssuerSigningKeyResolver = (_, token, _, _) => ((TokenUnderKey)token)._keys,
        CryptoProviderFactory = OneShotHmac.Factory.Instance,
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

    // The library copies what it is told for each token, lest somebody changes it.
    private sealed class Unchanging : TokenValidationParameters
    {
        public override TokenValidationParameters Clone() => this;
    }
}
