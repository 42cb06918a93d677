using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace OneTimeJwt.Web.Tests.Tokens;

/// <summary>Tokens with a genuine payload and proof, a MAC under the account's real key, and another header than ours.</summary>
internal static class HeaderForgeries
{
    private static readonly string[] Algorithms =
    [
        "none",
        "None",
        "NONE",
        "nOnE",
        "",
        " HS256",
        "HS256 ",
        "hs256",
        "Hs256",
        "HS-256",
        "HS384",
        "HS512",
        "RS256",
        "RS512",
        "ES256",
        "PS256",
        "EdDSA",
        "dir",
        "A128KW",
        "A256GCM",
        "PBES2-HS256+A128KW",
        "HS256\\u0000",
        "\\u0048S256",
        "http://www.w3.org/2001/04/xmldsig-more#hmac-sha256",
    ];

    private static readonly string[] AlgorithmValues = ["null", "true", "256", "[]", "[\"HS256\"]", "{}", "{\"HS256\":1}"];

    private static readonly string[] Types =
    [
        "\"JWT\"",
        "\"jwt\"",
        "\"OTT+JWT\"",
        "\"ott\"",
        "\"ott+jwt \"",
        "\"application/ott+jwt\"",
        "\"at+jwt\"",
        "\"ott\\u002bjwt\"",
        "\"\"",
        "null",
        "[\"ott+jwt\"]",
        "1",
    ];

    private static readonly string[] KeyIds =
    [
        "\"2026b\"",
        "\"2026A\"",
        "\"2026a \"",
        "\"\"",
        "null",
        "2026",
        "[\"2026a\"]",
        "\"2026\\u0061\"",
        "\"2027b\"",
        "\"../../dev/null\"",
        "\"2026a' OR '1'='1\"",
        "\"2026a\\u0000\"",
    ];

    private static readonly string[] Extras =
    [
        "\"jku\":\"https://evil.example/keys\"",
        "\"jwk\":{\"kty\":\"oct\",\"k\":\"AAAA\"}",
        "\"x5u\":\"https://evil.example/cert\"",
        "\"x5c\":[\"MIIB\"]",
        "\"x5t\":\"AAAA\"",
        "\"x5t#S256\":\"AAAA\"",
        "\"crit\":[\"exp\"]",
        "\"crit\":[]",
        "\"crit\":[\"b64\"],\"b64\":false",
        "\"b64\":false",
        "\"b64\":true",
        "\"zip\":\"DEF\"",
        "\"cty\":\"JWT\"",
        "\"enc\":\"A128GCM\"",
        "\"epk\":{}",
        "\"p2c\":2147483647,\"p2s\":\"AAAA\"",
        "\"nonce\":\"1\"",
        "\"url\":\"/\"",
        "\"\":\"\"",
        "\"ALG\":\"none\"",
        "\"alg\":\"HS256\"",
        "\"alg\":\"none\"",
        "\"kid\":\"2026a\"",
        "\"typ\":\"ott+jwt\"",
        "\"\\u0061lg\":\"none\"",
        "\"__proto__\":{}",
    ];

    private static readonly string[] Spellings =
    [
        """{"kid":"2026a","alg":"HS256","typ":"ott+jwt"}""",
        """{"typ":"ott+jwt","alg":"HS256","kid":"2026a"}""",
        """{"alg":"HS256","typ":"ott+jwt","kid":"2026a"}""",
        """{"typ":"ott+jwt","kid":"2026a","alg":"HS256"}""",
        """{"kid":"2026a","typ":"ott+jwt","alg":"HS256"}""",
        """{"alg":"HS256","kid":"2026a"}""",
        """{"alg":"HS256","typ":"ott+jwt"}""",
        """{"kid":"2026a","typ":"ott+jwt"}""",
        """{"alg":"HS256"}""",
        "{}",
        "[]",
        "null",
        "true",
        "1",
        "\"\"",
        """{ "alg":"HS256","kid":"2026a","typ":"ott+jwt"}""",
        """{"alg": "HS256","kid":"2026a","typ":"ott+jwt"}""",
        """{"alg":"HS256","kid":"2026a","typ":"ott+jwt"} """,
        """{"alg":"HS256","kid":"2026a","typ":"ott+jwt"}}""",
        """{"alg":"HS256","kid":"2026a","typ":"ott+jwt",}""",
        """{"alg":"HS256","kid":"2026a","typ":"ott+jwt"}//""",
        """{"\u0061lg":"HS256","kid":"2026a","typ":"ott+jwt"}""",
        """{"Alg":"HS256","Kid":"2026a","Typ":"ott+jwt"}""",
        """{'alg':'HS256','kid':'2026a','typ':'ott+jwt'}""",
        """[{"alg":"HS256","kid":"2026a","typ":"ott+jwt"}]""",
        "\ufeff" + Issuer.Header,
        Issuer.Header + "\0",
        "not json",
        "\u0001\ud7ff",
    ];

    private static readonly string[] NoAlgorithms = ["none", "None", "NONE"];

    private static readonly string[] NoSignatures = ["", "A", "AA", "AAAA"];

    public static IEnumerable<(string Name, string Token)> For(Issuer issuer) =>
        Headers().Select(header => ($"header {header}", issuer.Jws(header, issuer.Payload)))
            .Concat(Unsigned(issuer))
            .Concat(OtherHashes(issuer))
            .Concat(OtherCases(issuer));

    private static IEnumerable<string> Headers() =>
    [
        .. Algorithms.Select(alg => $$"""{"alg":"{{alg}}","kid":"2026a","typ":"ott+jwt"}"""),
        .. AlgorithmValues.Select(alg => $$"""{"alg":{{alg}},"kid":"2026a","typ":"ott+jwt"}"""),
        .. Types.Select(typ => $$"""{"alg":"HS256","kid":"2026a","typ":{{typ}}}"""),
        .. KeyIds.Select(kid => $$"""{"alg":"HS256","kid":{{kid}},"typ":"ott+jwt"}"""),
        .. Extras.Select(extra => $"{Issuer.Header[..^1]},{extra}}}"),
        .. Extras.Select(extra => $"{{{extra},{Issuer.Header[1..]}"),
        .. Spellings,
    ];

    private static IEnumerable<(string Name, string Token)> Unsigned(Issuer issuer) =>
        NoAlgorithms.SelectMany(alg => NoSignatures.Select(signature =>
            ($"alg {alg} with the signature '{signature}'", $"{Input(issuer, alg)}.{signature}")));

    private static IEnumerable<(string Name, string Token)> OtherHashes(Issuer issuer)
    {
        foreach (var alg in new[] { "HS384", "HS512", "none" })
        {
            var input = Input(issuer, alg);
            yield return (
                $"{alg} and an HMAC-SHA-384",
                $"{input}.{Base64Url.EncodeToString(HMACSHA384.HashData(issuer.Key, Encoding.ASCII.GetBytes(input)))}");
            yield return (
                $"{alg} and an HMAC-SHA-512",
                $"{input}.{Base64Url.EncodeToString(HMACSHA512.HashData(issuer.Key, Encoding.ASCII.GetBytes(input)))}");
            yield return (
                $"{alg} and a plain SHA-256",
                $"{input}.{Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes(input)))}");
        }
    }

    private static IEnumerable<(string Name, string Token)> OtherCases(Issuer issuer)
    {
        var (header, payload) = issuer.Jws(Issuer.Header, issuer.Payload).Split('.') switch { var parts => (parts[0], parts[1]) };
        for (var i = 0; i < header.Length; i++)
        {
            if (char.IsAsciiLetter(header[i]))
                yield return (
                    $"header segment with letter {i} in the other case",
                    Issuer.Sign($"{header[..i]}{(char)(header[i] ^ 0x20)}{header[(i + 1)..]}.{payload}", issuer.Key));
        }
    }

    private static string Input(Issuer issuer, string alg) =>
        Base64Url.EncodeToString(Encoding.UTF8.GetBytes($$"""{"alg":"{{alg}}","kid":"2026a","typ":"ott+jwt"}"""))
        + $".{issuer.Jws(Issuer.Header, issuer.Payload).Split('.')[1]}";
}
