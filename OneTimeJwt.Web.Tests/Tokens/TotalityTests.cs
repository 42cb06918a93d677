using System.Text;
using CsCheck;

namespace OneTimeJwt.Web.Tests.Tokens;

/// <summary>Whatever comes in ends in a verdict: nothing throws, and nothing but a genuine token is valid.</summary>
public sealed class TotalityTests
{
    private readonly Issuer _issuer = new();

    [Fact]
    public Task Any_string_at_all_ends_in_a_verdict() =>
        Gen.Char.Array[0, 1200].SampleAsync(units => RefusedAsync(new string(units)), iter: 4_000);

    [Fact]
    public Task Any_three_segments_end_in_a_verdict()
    {
        var segment = Gen.Char["ABCabc012-_=. "].Array[0, 12].Select(units => new string(units));
        return Gen.Select(segment, segment, segment)
            .SampleAsync(parts => RefusedAsync($"{parts.Item1}.{parts.Item2}.{parts.Item3}"), iter: 10_000);
    }

    [Fact]
    public Task Any_bytes_as_a_signed_payload_end_in_a_verdict() =>
        Gen
            .Byte.Array[0, 300]
            .SampleAsync(bytes => RefusedAsync(Issuer.Jws(Encoding.UTF8.GetBytes(Issuer.Header), bytes, _issuer.Key)), iter: 10_000);

    [Fact]
    public Task Any_bytes_as_a_signed_header_end_in_a_verdict() =>
        Gen
            .Byte.Array[0, 100]
            .SampleAsync(bytes => RefusedAsync(Issuer.Jws(bytes, Encoding.UTF8.GetBytes(_issuer.Payload), _issuer.Key)), iter: 10_000);

    [Fact]
    public Task A_payload_with_pieces_of_JSON_in_the_wrong_place_ends_in_a_verdict()
    {
        var payload = _issuer.Payload;
        var piece = Gen.OneOf(
            "{",
            "}",
            "[",
            "]",
            ":",
            ",",
            "\"",
            "\\",
            "\\u",
            "\\ud800",
            "\\udc00",
            "\\u0000",
            "null",
            "1e999",
            "-0",
            "\ud800",
            "\"sub\":",
            "\"exp\":1",
            "\"aud\":{}",
            "\0",
            "\ufeff",
            "é");
        return Gen.Select(Gen.Int[0, payload.Length], Gen.Int[0, 12], piece)
            .Array[1, 3]
            .SampleAsync(
                cuts =>
                {
                    var text = payload;
                    foreach (var (at, length, with) in cuts)
                    {
                        var start = Math.Min(at, text.Length);
                        text = text[..start] + with + text[Math.Min(text.Length, start + length)..];
                    }

                    return text == payload ? Task.FromResult(true) : RefusedAsync(_issuer.Jws(Issuer.Header, text));
                },
            iter: 20_000);
    }

    [Fact]
    public Task A_proven_payload_with_any_account_id_and_expiry_ends_in_a_verdict()
    {
        var id = Gen.Char.Array[0, 40].Select(units => new string(units));
        return Gen.Select(id, Gen.Long[0, 253402300799])
            .SampleAsync(
                async (account, expires) =>
                {
                    var claims = new TokenClaims(
                        account,
                        "reset",
                        TokenId.Create(Issuer.Secret, Issuer.Nonce, account, "reset", expires),
                        expires);
                    return await RefusedAsync(_issuer.Jws(Issuer.Header, claims.ToJson()));
                },
                iter: 5_000);
    }

    private async Task<bool> RefusedAsync(string token) => await _issuer.VerdictAsync(token) != TokenVerdict.Valid;
}
