using System.Security.Cryptography;
using Microsoft.IdentityModel.Tokens;

namespace OneTimeJwt.Web.Tokens;

/// <summary>
/// HMAC-SHA-256 (RFC 7518, section 3.2) for keys that never come back: the library makes an object to sign with for
/// each key, and keeps it for the next time.
/// </summary>
internal sealed class OneShotHmac(SymmetricSecurityKey key) : SignatureProvider(key, SecurityAlgorithms.HmacSha256)
{
    private readonly byte[] _key = key.Key;

    public override byte[] Sign(byte[] input) => HMACSHA256.HashData(_key, input);

    public override bool Sign(ReadOnlySpan<byte> data, Span<byte> destination, out int bytesWritten) =>
        HMACSHA256.TryHashData(_key, data, destination, out bytesWritten);

    public override bool Verify(byte[] input, byte[] signature) => Verify(input, 0, input.Length, signature, 0, signature.Length);

    public override bool Verify(byte[] input, int inputOffset, int inputLength, byte[] signature, int signatureOffset, int signatureLength)
    {
        Span<byte> expected = stackalloc byte[HMACSHA256.HashSizeInBytes];
        HMACSHA256.HashData(_key, input.AsSpan(inputOffset, inputLength), expected);
        return CryptographicOperations.FixedTimeEquals(expected, signature.AsSpan(signatureOffset, signatureLength));
    }

    protected override void Dispose(bool disposing)
    {
    }

    /// <summary>Hands the library such a provider for each key, and none for any other algorithm.</summary>
    internal sealed class Factory : CryptoProviderFactory
    {
        internal static readonly Factory Instance = new();

        public override SignatureProvider CreateForSigning(SecurityKey key, string algorithm) => Create(key, algorithm);

        public override SignatureProvider CreateForSigning(SecurityKey key, string algorithm, bool cacheProvider) => Create(key, algorithm);

        public override SignatureProvider CreateForVerifying(SecurityKey key, string algorithm) => Create(key, algorithm);

        public override SignatureProvider CreateForVerifying(SecurityKey key, string algorithm, bool cacheProvider) => Create(key, algorithm);

        public override void ReleaseSignatureProvider(SignatureProvider signatureProvider)
        {
        }

        private static OneShotHmac Create(SecurityKey key, string algorithm) =>
            key is SymmetricSecurityKey symmetric && algorithm == SecurityAlgorithms.HmacSha256
                ? new OneShotHmac(symmetric)
                : throw new NotSupportedException($"Tokens of this house are signed with {SecurityAlgorithms.HmacSha256} only.");
    }
}
