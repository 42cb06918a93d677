using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace OneTimeJwt.Web.Tokens;

/// <summary>
/// Derives every key of the house: HKDF with SHA-256 (RFC 5869, section 2) over length-prefixed parts.
/// </summary>
public static class KeyMaterial
{
    /// <summary>Size of every derived key, in bytes: the output size of SHA-256 (RFC 7518, section 3.2).</summary>
    public const int KeySize = 32;

    /// <summary>A subkey of a server secret.</summary>
    /// <param name="secret">The raw secret, at least 32 bytes.</param>
    /// <param name="label">What the subkey is for, for example <c>ott/key/v1</c>.</param>
    /// <returns>32 bytes; another label gives an unrelated key.</returns>
    public static byte[] Subkey(ReadOnlySpan<byte> secret, string label)
    {
        var key = new byte[KeySize];
        HKDF.DeriveKey(HashAlgorithmName.SHA256, secret, key, salt: default, Encoding.ASCII.GetBytes(label));
        return key;
    }

    /// <summary>The key that signs one account's tokens for one purpose while its state stays as it is.</summary>
    /// <param name="subkey">The <c>ott/key/v1</c> subkey of the server secret, 32 bytes: the HKDF salt.</param>
    /// <param name="state">What the purpose's use will change: the HKDF input key material.</param>
    /// <param name="context">Version, origin, purpose and account id: the HKDF info.</param>
    /// <returns>32 bytes; two different inputs never give HKDF the same bytes.</returns>
    public static byte[] Derive(ReadOnlySpan<byte> subkey, ReadOnlySpan<string?> state, ReadOnlySpan<string?> context)
    {
        var key = new byte[KeySize];
        HKDF.DeriveKey(HashAlgorithmName.SHA256, Encode(state), key, subkey, Encode(context));
        return key;
    }

    /// <summary>
    /// Writes parts so that no two different lists run together: each is a marker (0 missing, 1 present), its length
    /// in UTF-16 code units (32 bits, big-endian), then the code units (big-endian). Code units, not UTF-8, because
    /// unpaired surrogates would all become one replacement character.
    /// </summary>
    /// <param name="parts">The parts in order; a missing value is <see langword="null"/>, which differs from empty.</param>
    /// <returns>The bytes, injective over lists of parts.</returns>
    public static byte[] Encode(ReadOnlySpan<string?> parts)
    {
        var size = 0;
        foreach (var part in parts)
            size += part is null ? 1 : 5 + (2 * part.Length);

        var bytes = new byte[size];
        var rest = bytes.AsSpan();
        foreach (var part in parts)
        {
            if (part is null)
            {
                rest = rest[1..];
                continue;
            }

            rest[0] = 1;
            BinaryPrimitives.WriteInt32BigEndian(rest[1..], part.Length);
            rest = rest[5..];
            foreach (var unit in part)
            {
                BinaryPrimitives.WriteUInt16BigEndian(rest, unit);
                rest = rest[2..];
            }
        }

        return bytes;
    }
}
