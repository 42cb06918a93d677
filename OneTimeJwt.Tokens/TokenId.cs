using System.Buffers.Text;
using System.Security.Cryptography;

namespace OneTimeJwt.Tokens;

/// <summary>
/// The <c>jti</c> claim (RFC 7519, section 4.1.7): a nonce, and a proof that we issued it for that account,
/// purpose and expiry. It authorises nothing.
/// </summary>
internal static class TokenId
{
    internal const int NonceSize = 8;
    internal const int ProofSize = 8;

    private const int Size = NonceSize + ProofSize;

    // Asking for eight random bytes costs a third of a token, and for five hundred not twice that.
    [ThreadStatic]
    private static NonceBuffer? _nonces;

    internal static string NewNonce() => Convert.ToHexStringLower((_nonces ??= new NonceBuffer()).Take());

    internal static string Create(ServerSecret secret, string nonce, string accountId, string purpose, long expires)
    {
        Span<byte> bytes = stackalloc byte[Size];
        Convert.FromHexString(nonce, bytes, out _, out _);
        secret.Proof(nonce, accountId, purpose, expires, bytes[NonceSize..]);
        return Base64Url.EncodeToString(bytes);
    }

    /// <summary>The nonce in hexadecimal, or null where the proof fails.</summary>
    internal static string? ProvenNonce(ServerSecret secret, TokenClaims claims)
    {
        Span<byte> bytes = stackalloc byte[Size];
        if (claims.Jti.Length != Base64Url.GetEncodedLength(Size) || !Segment.TryDecode(claims.Jti, bytes, out _))
            return null;

        var nonce = Convert.ToHexStringLower(bytes[..NonceSize]);
        Span<byte> proof = stackalloc byte[ProofSize];
        secret.Proof(nonce, claims.Sub, claims.Aud, claims.Exp, proof);
        return CryptographicOperations.FixedTimeEquals(proof, bytes[NonceSize..]) ? nonce : null;
    }

    private sealed class NonceBuffer
    {
        private readonly byte[] _bytes = new byte[64 * NonceSize];
        private int _taken;

        public ReadOnlySpan<byte> Take()
        {
            if (_taken == 0)
                RandomNumberGenerator.Fill(_bytes);
            var nonce = _bytes.AsSpan(_taken, NonceSize);
            _taken = (_taken + NonceSize) % _bytes.Length;
            return nonce;
        }
    }
}
