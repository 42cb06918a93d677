using System.Buffers.Binary;

namespace OneTimeJwt.Web.Accounts;

/// <summary>The formats that ASP.NET Core Identity's hasher reads; all else makes it throw, or compute for as long as
/// the row says.</summary>
public enum HashFormat
{
    Other,

    /// <summary>PBKDF2 with HMAC-SHA-1 and 1,000 iterations, which .NET Framework's Identity 2 reads too.</summary>
    V2,

    /// <summary>PBKDF2 with the function, iterations and sizes that stand in it.</summary>
    V3,
}

/// <summary>Tells formats apart by what the decoded bytes say (PasswordHasher in ASP.NET Core).</summary>
public static class HashFormats
{
    // V2: marker, salt of 16 bytes, key of 32. V3: marker, function, iterations, length of the salt, salt, key.
    private const int V2Size = 49;
    private const int V3HeaderSize = 13;
    private const int MinPartSize = 16;
    private const int MaxSize = 1024;
    private const uint MaxFunction = 2;

    // Ten times today's cost.
    private const uint MaxIterations = 2_000_000;

    /// <returns><see cref="HashFormat.Other"/> for hashes of other libraries, and broken ones.</returns>
    public static HashFormat Of(string hash)
    {
        Span<byte> bytes = stackalloc byte[MaxSize];
        if (hash.Length > MaxSize || !Convert.TryFromBase64String(hash, bytes, out var length) || length == 0)
            return HashFormat.Other;
        if (bytes[0] == 0)
            return length == V2Size ? HashFormat.V2 : HashFormat.Other;

        return bytes[0] == 1 && length >= V3HeaderSize && IsV3(bytes[..length]) ? HashFormat.V3 : HashFormat.Other;
    }

    private static bool IsV3(ReadOnlySpan<byte> bytes)
    {
        var salt = BinaryPrimitives.ReadUInt32BigEndian(bytes[9..]);
        return BinaryPrimitives.ReadUInt32BigEndian(bytes[1..]) <= MaxFunction
            && BinaryPrimitives.ReadUInt32BigEndian(bytes[5..]) is >= 1 and <= MaxIterations
            && salt >= MinPartSize
            && salt <= bytes.Length - V3HeaderSize - MinPartSize;
    }
}
