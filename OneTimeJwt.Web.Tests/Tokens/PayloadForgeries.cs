using System.Globalization;
using System.Text;

namespace OneTimeJwt.Web.Tests.Tokens;

/// <summary>Tokens with our header, a genuine proof and a MAC under the account's real key, and another payload than we write.</summary>
internal static class PayloadForgeries
{
    private static readonly string[] OtherValues = ["null", "true", "{}", "[]", "0", "\"\"", "{\"v\":1}", "[[]]"];

    private static readonly string[] Extras =
    [
        "\"iat\":1",
        "\"nbf\":1",
        "\"iss\":\"x\"",
        "\"email\":\"ada@example.com\"",
        "\"name\":\"Ada\"",
        "\"role\":\"Recovery.Admin\"",
        "\"\":\"\"",
        "\"$type\":\"x\"",
        "\"__proto__\":{}",
        "\"deep\":{\"a\":{\"b\":{\"c\":{}}}}",
        "\"sub2\":1",
        "\"SUB\":\"x\"",
        "\"Aud\":\"x\"",
        "\"Exp\":1",
        "\"JTI\":\"x\"",
        "\"exp \":1",
        "\"ехр\":1",
    ];

    private static readonly string[] Tails =
    [
        "}",
        "{",
        ",",
        "\0",
        "x",
        " ",
        "\n",
        "\t",
        "\r\n",
        "{}",
        "[]",
        "null",
        "//",
        "/**/",
        "\u00a0",
        "\ufeff",
        "\u2028",
        "#",
    ];

    private static readonly string[] Numbers =
    [
        "\"{0}\"",
        "{0}.0",
        "{0}e0",
        "{0}E0",
        "-{0}",
        "0{0}",
        "+{0}",
        "{0}00000000000",
        "{0}.5",
        "{0}0e-1",
        "0x69",
        "NaN",
        "Infinity",
        "-1",
        "0.{0}",
        "1e400",
        "9223372036854775807",
        "9223372036854775808",
        "253402300800",
        "- {0}",
    ];

    public static IEnumerable<(string Name, string Token)> For(Issuer issuer)
    {
        var claims = Claims(issuer);
        var payloads = Orders(claims)
            .Concat(Missing(claims))
            .Concat(Doubled(claims))
            .Concat(OtherTypes(claims))
            .Concat(OtherNumbers(issuer, claims))
            .Concat(Extras.SelectMany(extra => new[] { $"{issuer.Payload[..^1]},{extra}}}", $"{{{extra},{issuer.Payload[1..]}" }))
            .Concat(Tails.SelectMany(tail => new[] { issuer.Payload + tail, tail + issuer.Payload, issuer.Payload[..^1] + tail + "}" }))
            .Concat(Spaced(issuer.Payload)).Concat(Escaped(issuer)).Concat(Wrapped(issuer.Payload));
        return payloads.Distinct().Select(payload => ($"payload {Shown(payload)}", issuer.Jws(Issuer.Header, payload)))
            .Concat(OtherEncodings(issuer));
    }

    private static string[] Claims(Issuer issuer) =>
        [
            $"\"sub\":\"{issuer.User.Id}\"",
            "\"aud\":\"reset\"",
            $"\"jti\":\"{issuer.Jti}\"",
            string.Create(CultureInfo.InvariantCulture, $"\"exp\":{issuer.Expiry}"),
        ];

    private static string Json(IEnumerable<string> claims) => $"{{{string.Join(',', claims)}}}";

    private static IEnumerable<string> Orders(string[] claims) =>
        Permutations(claims).Skip(1).Select(Json);

    private static IEnumerable<IEnumerable<string>> Permutations(string[] items) =>
        items.Length == 1
            ? [items]
            : items.SelectMany(first => Permutations([.. items.Where(item => item != first)]).Select(rest => rest.Prepend(first)));

    private static IEnumerable<string> Missing(string[] claims) =>
        claims.Select(gone => Json(claims.Where(claim => claim != gone))).Append("{}");

    private static IEnumerable<string> Doubled(string[] claims)
    {
        foreach (var claim in claims)
        {
            var (name, other) = (claim[..5], $"{claim[..5]}:\"other\"");
            yield return Json([.. claims, claim]);
            yield return Json([claim, .. claims]);
            yield return Json([.. claims, other]);
            yield return Json([other, .. claims]);
            yield return Json([.. claims, $"{name}:null"]);
            yield return Json([.. claims, Escape(claim)]);
            yield return Json([Escape(other), .. claims]);
        }
    }

    // The first letter of the name as \u00xx: a duplicate that only a parser sees.
    private static string Escape(string claim) => string.Create(CultureInfo.InvariantCulture, $"\"\\u{(int)claim[1]:x4}{claim[2..]}");

    private static IEnumerable<string> OtherTypes(string[] claims) =>
        claims.SelectMany(claim =>
            OtherValues
                .Append($"[{claim[6..]}]")
                .Append($"[{claim[6..]},{claim[6..]}]")
                .Append($"{{\"0\":{claim[6..]}}}")
                .Select(value => Json(claims.Select(own => own == claim ? $"{claim[..6]}{value}" : own))));

    private static IEnumerable<string> OtherNumbers(Issuer issuer, string[] claims) =>
        Numbers.Select(number => Json([.. claims[..3], "\"exp\":" + string.Format(CultureInfo.InvariantCulture, number, issuer.Expiry)]));

    private static IEnumerable<string> Spaced(string payload) =>
        Enumerable.Range(1, payload.Length - 1)
            .Where(i => payload[i] is ':' or ',' or '}' || payload[i - 1] is ':' or ',' or '{')
            .SelectMany(i => new[] { $"{payload[..i]} {payload[i..]}", $"{payload[..i]}\n{payload[i..]}" });

    private static IEnumerable<string> Escaped(Issuer issuer) =>
    [
        issuer.Payload.Replace("\"sub\"", "\"\\u0073ub\"", StringComparison.Ordinal),
        issuer.Payload.Replace("\"exp\"", "\"e\\u0078p\"", StringComparison.Ordinal),
        issuer.Payload.Replace("reset", "\\u0072eset", StringComparison.Ordinal),
        issuer.Payload.Replace("-", "\\u002d", StringComparison.Ordinal),
        issuer.Payload.Replace("-", "\\u002D", StringComparison.Ordinal),
        issuer.Payload.Replace(issuer.User.Id, issuer.User.Id.ToUpperInvariant(), StringComparison.Ordinal),
        issuer.Payload.Replace(issuer.User.Id, issuer.User.Id + "\\u0000", StringComparison.Ordinal),
        issuer.Payload.Replace(issuer.User.Id, issuer.User.Id + "\\ud800", StringComparison.Ordinal),
        issuer.Payload.Replace(issuer.Jti, issuer.Jti + "==", StringComparison.Ordinal),
        issuer.Payload.Replace(issuer.Jti, issuer.Jti + "\\u0000", StringComparison.Ordinal),
        issuer.Payload.Replace('"', '\''),
        issuer.Payload.Replace("\"sub\"", "sub", StringComparison.Ordinal),
        issuer.Payload.Replace("}", ",}", StringComparison.Ordinal),
    ];

    private static IEnumerable<string> Wrapped(string payload) =>
        [
            $"[{payload}]",
            $"{{\"\":{payload}}}",
            $"\"{payload.Replace("\"", "\\\"", StringComparison.Ordinal)}\"",
            $"{payload}{payload}",
            $"{payload},{payload}",
            "null",
            "true",
            "\"\"",
            "[]",
            "1",
            " ",
            new string('[', 400),
            string.Concat(Enumerable.Repeat("{\"a\":", 100)) + "1" + new string('}', 100),
        ];

    private static IEnumerable<(string Name, string Token)> OtherEncodings(Issuer issuer)
    {
        var (header, plain) = (Encoding.UTF8.GetBytes(Issuer.Header), Encoding.UTF8.GetBytes(issuer.Payload));
        (string, byte[])[] encodings =
        [
            ("UTF-8 with a byte order mark", [.. Encoding.UTF8.Preamble, .. plain]),
            ("UTF-16", Encoding.Unicode.GetBytes(issuer.Payload)),
            ("UTF-16 with a byte order mark", [.. Encoding.Unicode.Preamble, .. Encoding.Unicode.GetBytes(issuer.Payload)]),
            ("UTF-16, big-endian", Encoding.BigEndianUnicode.GetBytes(issuer.Payload)),
            ("UTF-32", Encoding.UTF32.GetBytes(issuer.Payload)),
            ("an invalid byte at the end", [.. plain, 0xFF]),
            ("an invalid byte in a string", [.. plain[..20], 0xFF, .. plain[20..]]),
            ("an overlong letter", [.. plain[..20], 0xC1, 0xA1, .. plain[20..]]),
            ("half a letter", [.. plain[..20], 0xC3, .. plain[20..]]),
            ("a surrogate in UTF-8", [.. plain[..20], 0xED, 0xA0, 0x80, .. plain[20..]]),
        ];
        return encodings.Select(encoding => ($"payload in {encoding.Item1}", Issuer.Jws(header, encoding.Item2, issuer.Key)));
    }

    private static string Shown(string payload) => payload.Length <= 300 ? payload : $"{payload[..40]}… ({payload.Length})";
}
