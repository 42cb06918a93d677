using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace OneTimeJwt.Web.Tests.Tokens;

/// <summary>A genuine token in every spelling but its own.</summary>
internal static class SpellingForgeries
{
    private static readonly string[] Invisible =
    [
        " ",
        "\t",
        "\n",
        "\r\n",
        "\0",
        "\u00a0",
        "\u200b",
        "\ufeff",
        "=",
        "==",
        "%20",
        "%00",
        "\"",
        ".",
        "+",
        "\u00ad",
    ];

    public static IEnumerable<(string Name, string Token)> For(Issuer issuer)
    {
        var token = issuer.Jws(Issuer.Header, issuer.Payload);
        var (header, payload, signature) = token.Split('.') switch { var parts => (parts[0], parts[1], parts[2]) };
        return Serialisations(token, header, payload, signature)
            .Concat(
                Invisible.SelectMany(strange =>
                    new[]
                    {
                        $"{strange}{token}",
                        $"{token}{strange}",
                        $"{header}{strange}.{payload}.{signature}",
                        $"{header}.{strange}{payload}.{signature}",
                        $"{header}.{payload}{strange}.{signature}",
                        $"{header}.{payload}.{strange}{signature}",
                    }))
            .Concat(Unowned(token))
            .Where(spelling => spelling != token)
            .Select((spelling, i) => ($"spelling {i:000}: {Shown(spelling)}", spelling));
    }

    private static IEnumerable<string> Serialisations(string token, string header, string payload, string signature) =>
        [
            $"Bearer {token}",
            $"\"{token}\"",
            $"{token}.",
            $".{token}",
            $"{token}.{signature}",
            $"{token}.{token}",
            $"{token},{token}",
            $"{header}..{signature}",
            $".{payload}.{signature}",
            $"{header}.{payload}.",
            $"{header}.{payload}",
            $"{header}.{payload}.{signature}.AAAA.AAAA",
            $"{header}..AAAA.{payload}.{signature}",
            $"{payload}.{header}.{signature}",
            token.ToUpperInvariant(),
            token.ToLowerInvariant(),
            new([.. token.Reverse()]),
            token.Replace(".", "%2E", StringComparison.Ordinal),
            token.Replace('.', '．'),
            token.Replace('.', ','),
            token.Replace('_', '/').Replace('-', '+'),
            Uri.EscapeDataString(token + " "),
            $$"""{"payload":"{{payload}}","protected":"{{header}}","signature":"{{signature}}"}""",
            $$"""{"payload":"{{payload}}","signatures":[{"protected":"{{header}}","signature":"{{signature}}"}]}""",
            Base64Url.EncodeToString(Encoding.ASCII.GetBytes(token)),
            $"{header}.{Base64Url.EncodeToString(Encoding.ASCII.GetBytes(token))}.{signature}",
        ];

    // Where a segment's last character has bits that no byte owns, three more spellings decode to the same bytes.
    private static IEnumerable<string> Unowned(string token)
    {
        const string Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
        var parts = token.Split('.');
        for (var i = 0; i < parts.Length; i++)
        {
            var spare = (parts[i].Length % 4) switch { 2 => 16, 3 => 4, _ => 1 };
            var last = Alphabet.IndexOf(parts[i][^1], StringComparison.Ordinal);
            for (var bits = 1; bits < spare; bits++)
                yield return string.Join('.', [.. parts[..i], parts[i][..^1] + Alphabet[last + bits], .. parts[(i + 1)..]]);
        }
    }

    private static string Shown(string text) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)).AsSpan(0, 4))
        + " "
        + new string([.. text.Where(char.IsAsciiLetterOrDigit).Take(16)]);
}
