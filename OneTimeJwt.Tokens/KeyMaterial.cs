using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;

namespace OneTimeJwt.Tokens;

/// <summary>
/// Derives every key: HKDF with SHA-256 (RFC 5869, section 2) over length-prefixed parts.
/// </summary>
public static class KeyMaterial
{
    /// <summary>Size of every derived key, in bytes: the output size of SHA-256 (RFC 7518, section 3.2).</summary>
    public const int KeySize = 32;

    // What tokens of accounts with everyday names and addresses take, in bytes.
    private const int DefaultSize = 1024;

    /// <summary>A subkey of a server secret.</summary>
    /// <param name="secret">The raw secret, at least 32 bytes.</param>
    /// <param name="label">What the subkey is for, for example <c>ott/key/v1</c>.</param>
    /// <returns>32 bytes; another label gives an unrelated key.</returns>
    internal static byte[] Subkey(ReadOnlySpan<byte> secret, string label)
    {
        var key = new byte[KeySize];
        HKDF.DeriveKey(HashAlgorithmName.SHA256, secret, key, salt: default, Encoding.ASCII.GetBytes(label));
        return key;
    }

    /// <summary>The key that signs one account's tokens for one purpose while its state stays as it is.</summary>
    /// <param name="subkey">Under the <c>ott/key/v1</c> subkey of the server secret, 32 bytes: the HKDF salt.</param>
    /// <param name="state">What the purpose's use will change: the HKDF input key material.</param>
    /// <param name="context">Version, origin, purpose and account id: the HKDF info.</param>
    /// <returns>32 bytes; two different inputs never give HKDF the same bytes.</returns>
    internal static byte[] Derive(KeyedHash subkey, ReadOnlySpan<string?> state, ReadOnlySpan<string?> context)
    {
        var (ofState, ofBoth) = (SizeOf(state), SizeOf(state) + SizeOf(context));
        var bytes = ofBoth <= DefaultSize ? stackalloc byte[DefaultSize] : new byte[ofBoth];
        Write(state, bytes);
        Write(context, bytes[ofState..]);
        // HKDF's first step (RFC 5869, section 2.2) is an HMAC under the salt.
        Span<byte> extracted = stackalloc byte[KeySize];
        subkey.Compute(bytes[..ofState], extracted);
        var key = new byte[KeySize];
        HKDF.Expand(HashAlgorithmName.SHA256, extracted, key, bytes[ofState..ofBoth]);
        return key;
    }

    /// <summary>HMAC with SHA-256 (RFC 2104) over parts, encoded as in <see cref="Encode"/>.</summary>
    /// <param name="subkey">A subkey of a server secret, 32 bytes.</param>
    /// <param name="parts">What is authenticated; a missing value is <see langword="null"/>.</param>
    /// <param name="mac">Receives <see cref="KeySize"/> bytes.</param>
    public static void Mac(ReadOnlySpan<byte> subkey, ReadOnlySpan<string?> parts, Span<byte> mac) =>
        HMACSHA256.HashData(subkey, Encode(parts), mac);

    internal static void Mac(KeyedHash subkey, ReadOnlySpan<string?> parts, Span<byte> mac)
    {
        var size = SizeOf(parts);
        var bytes = size <= DefaultSize ? stackalloc byte[DefaultSize] : new byte[size];
        Write(parts, bytes);
        subkey.Compute(bytes[..size], mac);
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
        var bytes = new byte[SizeOf(parts)];
        Write(parts, bytes);
        return bytes;
    }

    private static int SizeOf(ReadOnlySpan<string?> parts)
    {
        var size = 0;
        foreach (var part in parts)
            size += part is null ? 1 : 5 + (2 * part.Length);
        return size;
    }

    private static void Write(ReadOnlySpan<string?> parts, Span<byte> rest)
    {
        foreach (var part in parts)
        {
            rest[0] = part is null ? (byte)0 : (byte)1;
            rest = rest[1..];
            if (part is null)
                continue;

            BinaryPrimitives.WriteInt32BigEndian(rest, part.Length);
            rest = rest[4..];
            var units = MemoryMarshal.Cast<byte, char>(rest)[..part.Length];
            part.CopyTo(units);
            if (BitConverter.IsLittleEndian)
                BinaryPrimitives.ReverseEndianness(MemoryMarshal.Cast<char, ushort>(units), MemoryMarshal.Cast<char, ushort>(units));
            rest = rest[(2 * part.Length)..];
        }
    }
}
