using System.Security.Cryptography;
using Microsoft.IdentityModel.Tokens;

namespace OneTimeJwt.Web.Tokens;

/// <summary>
/// The <c>jti</c> claim (RFC 7519, section 4.1.7): a nonce, and a proof that this house issued it for that account,
/// purpose and expiry. It authorises nothing.
/// </summary>
internal static class TokenId
{
    internal const int NonceSize = 8;
    internal const int ProofSize = 8;

    internal static string NewNonce() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(NonceSize));

    internal static string Create(ServerSecret secret, string nonce, string accountId, string purpose, long expires) =>
        Base64UrlEncoder.Encode([.. Convert.FromHexString(nonce), .. secret.Proof(nonce, accountId, purpose, expires)]);

    /// <summary>The nonce in hexadecimal, or null where the proof fails.</summary>
    internal static string? ProvenNonce(ServerSecret secret, OneTimeTokens.Payload claims)
    {
        if (!Segment.TryDecode(claims.Jti, out var bytes) || bytes.Length != NonceSize + ProofSize)
            return null;

        var nonce = Convert.ToHexStringLower(bytes.AsSpan(0, NonceSize));
        var proof = secret.Proof(nonce, claims.Sub, claims.Aud, claims.Exp);
        return CryptographicOperations.FixedTimeEquals(proof, bytes.AsSpan(NonceSize)) ? nonce : null;
    }
}
