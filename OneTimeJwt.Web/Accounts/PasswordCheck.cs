using System.Buffers.Binary;
using System.Diagnostics;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;
using OneTimeJwt.Web.Data;

namespace OneTimeJwt.Web.Accounts;

/// <summary>
/// Compares a typed password with stored hashes, whatever stands in that column. How much work that is depends on what
/// was typed and never on whether it is right: where there is nothing to compare with, a decoy is taken.
/// </summary>
public sealed class PasswordCheck(IPasswordHasher<Account> hasher, DecoyHash decoy)
{
    /// <param name="account">Whose hash; null where there is no account.</param>
    /// <param name="typed">As it was typed. Keyboards differ in the Unicode form that they send, so NFC and NFD are tried as well.</param>
    public PasswordVerificationResult Check(Account? account, string typed)
    {
        var hash = account?.PasswordHash is { } stored && HashFormats.Of(stored) != HashFormat.Other ? stored : null;
        var result = PasswordVerificationResult.Failed;
        foreach (var form in Forms(typed))
        {
            var start = Stopwatch.GetTimestamp();
            var outcome = hasher.VerifyHashedPassword(account ?? DecoyHash.Nobody, hash ?? decoy.Value, form);
            if (hash is null)
                decoy.Took(Stopwatch.GetElapsedTime(start));
            else if (result == PasswordVerificationResult.Failed)
                result = outcome;
        }

        return result;
    }

    /// <summary>How long a check of so many accounts takes that costs what a new hash costs.</summary>
    public TimeSpan UsualTime(string typed, int accounts) => decoy.Cost * Forms(typed).Count * accounts;

    private static List<string> Forms(string typed)
    {
        if (System.Text.Ascii.IsValid(typed))
            return [typed];

        try
        {
            return [.. new[] { typed, typed.Normalize(System.Text.NormalizationForm.FormC), typed.Normalize(System.Text.NormalizationForm.FormD) }.Distinct(StringComparer.Ordinal)];
        }
        catch (ArgumentException)
        {
            // Unpaired surrogates and noncharacters have no other form.
            return [typed];
        }
    }
}

/// <summary>The hash of a password that nobody knows, at the cost and in the format of new ones.</summary>
public sealed class DecoyHash(IOptions<PasswordHasherOptions> options)
{
    internal static readonly Account Nobody = new();

    private readonly Lazy<(string Hash, TimeSpan Cost)> _made = new(() => Make(options));
    private long _leastTicks = long.MaxValue;

    public string Value => _made.Value.Hash;

    /// <summary>The shortest time that one hash has taken.</summary>
    public TimeSpan Cost => TimeSpan.FromTicks(Math.Min(_made.Value.Cost.Ticks, Interlocked.Read(ref _leastTicks)));

    internal void Took(TimeSpan time)
    {
        if (time.Ticks < Interlocked.Read(ref _leastTicks))
            Interlocked.Exchange(ref _leastTicks, time.Ticks);
    }

    private static (string Hash, TimeSpan Cost) Make(IOptions<PasswordHasherOptions> options)
    {
        var start = Stopwatch.GetTimestamp();
        var hash = new PasswordHasher<Account>(options).HashPassword(Nobody, Guid.NewGuid().ToString());
        return (hash, Stopwatch.GetElapsedTime(start));
    }
}

/// <summary>The formats that ASP.NET Core Identity's hasher reads; all else makes it throw, or compute for as long as the row says.</summary>
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
