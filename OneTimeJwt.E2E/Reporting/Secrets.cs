using System.Collections.Concurrent;
using System.IO.Compression;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace OneTimeJwt.E2E.Reporting;

/// <summary>What must not be read in anything that a run leaves behind: passwords that are known, and everything that
/// looks like a token.</summary>
internal static partial class Secrets
{
    public const string Mask = "[masked]";

    // Shorter ones are refused by every policy, and are words of ordinary texts.
    private const int Shortest = 8;

    private static readonly ConcurrentDictionary<string, byte> Known = [];

    public static void Add(string? secret)
    {
        if (secret is not { Length: >= Shortest })
            return;
        var bytes = Encoding.Latin1.GetString(Encoding.UTF8.GetBytes(secret));
        foreach (
            var form in new[]
            {
                secret,
                bytes,
                Uri.EscapeDataString(secret),
                WebUtility.UrlEncode(secret),
                WebUtility.HtmlEncode(secret),
                JsonSerializer.Serialize(secret)[1..^1],
            })
            Known.TryAdd(form, 0);
    }

    public static string Hide(string text)
    {
        foreach (var secret in Known.Keys.OrderByDescending(secret => secret.Length))
            text = text.Replace(secret, Mask, StringComparison.Ordinal);
        return Shapes().Replace(text, Mask);
    }

    /// <summary>Whatever its encoding: the bytes between the secrets stay as they are.</summary>
    public static byte[] Hide(byte[] bytes) => Encoding.Latin1.GetBytes(Hide(Encoding.Latin1.GetString(bytes)));

    public static void HideIn(string file) => File.WriteAllBytes(file, Hide(File.ReadAllBytes(file)));

    /// <summary>A trace holds addresses, bodies and pages as they were, each in an entry of its archive.</summary>
    public static void HideInArchive(string file)
    {
        using var archive = ZipFile.Open(file, ZipArchiveMode.Update);
        foreach (var entry in archive.Entries.ToList())
            Rewrite(entry);
    }

    private static void Rewrite(ZipArchiveEntry entry)
    {
        using var stream = entry.Open();
        using var copy = new MemoryStream();
        stream.CopyTo(copy);
        var hidden = Hide(copy.ToArray());
        if (hidden.AsSpan().SequenceEqual(copy.ToArray()))
            return;
        stream.SetLength(0);
        stream.Write(hidden);
    }

    // Tokens of links, keys of the API, what ASP.NET Core's data protection makes (cookies, antiforgery), keys of authenticator
    // apps, recovery codes, and passwords as this suite makes them up.
    [GeneratedRegex(
        @"\b(?:[A-Z2-7]{32}|[A-Z2-7]{4}(?: [A-Z2-7]{4}){7}|[2-9A-Z]{5}-[2-9A-Z]{5})\b"
            + @"|eyJ[\w-]{10,}(?:\.[\w-]*)*|otj_[0-9a-f]{16,}|CfDJ8[\w-]{20,}"
            + @"|nine(?:[ +]|%20)quiet(?:[ +]|%20)lighthouses(?:[ +]|%20)[0-9a-f]{32}",
        RegexOptions.CultureInvariant)]
    private static partial Regex Shapes();
}
