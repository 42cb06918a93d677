using CsCheck;

namespace OneTimeJwt.Web.Tests.Tokens;

public sealed class TamperingTests
{
    private const string Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    private const string Strange = ".=+/ \t\r\n\0%,~\"ÀＡ\u200b\ufeff\ud800";

    private readonly Issuer _issuer = new();

    private string Token => _issuer.Jws(Issuer.Header, _issuer.Payload);

    [Fact]
    public Task A_changed_character_is_refused() =>
        NoneIsValidAsync(token =>
            Places(token).SelectMany(i => (Alphabet + Strange).Where(c => c != token[i]).Select(c => token[..i] + c + token[(i + 1)..])));

    [Fact]
    public Task An_inserted_character_is_refused() =>
        NoneIsValidAsync(token =>
            Places(token).Append(token.Length).SelectMany(i => (Alphabet + Strange).Select(c => token[..i] + c + token[i..])));

    [Fact]
    public Task A_deleted_character_is_refused() =>
        NoneIsValidAsync(token => Places(token).Select(i => token.Remove(i, 1)));

    [Fact]
    public Task A_doubled_character_is_refused() =>
        NoneIsValidAsync(token => Places(token).Select(i => token[..i] + token[i] + token[i..]));

    [Fact]
    public Task A_token_cut_short_at_either_end_is_refused() =>
        NoneIsValidAsync(token => Places(token).SelectMany(i => new[] { token[..i], token[(i + 1)..] }));

    [Fact]
    public Task Two_exchanged_neighbours_are_refused() =>
        NoneIsValidAsync(token =>
            Places(token)
                .Skip(1)
                .Where(i => token[i] != token[i - 1])
                .Select(i => token[..(i - 1)] + token[i] + token[i - 1] + token[(i + 1)..]));

    [Fact]
    public async Task Segments_of_two_genuine_tokens_cannot_be_mixed()
    {
        var (a, b) = (_issuer.Mint().Split('.'), _issuer.Mint().Split('.'));

        Assert.Equal(TokenVerdict.Spent, await _issuer.VerdictAsync($"{a[0]}.{a[1]}.{b[2]}"));
        Assert.Equal(TokenVerdict.Spent, await _issuer.VerdictAsync($"{a[0]}.{b[1]}.{a[2]}"));
    }

    [Fact]
    public Task Several_changes_at_once_are_refused()
    {
        var token = Token;
        var change = Gen.Select(Gen.Int[0, token.Length - 1], Gen.Char[Alphabet + Strange]);
        return change.Array[1, 6].SampleAsync(
            async changes =>
            {
                var units = token.ToCharArray();
                foreach (var (at, to) in changes)
                    units[at] = to;
                var changed = new string(units);
                return changed == token || await _issuer.VerdictAsync(changed) != TokenVerdict.Valid;
            },
            iter: 20_000);
    }

    private static IEnumerable<int> Places(string token) => Enumerable.Range(0, token.Length);

    private async Task NoneIsValidAsync(Func<string, IEnumerable<string>> tamper)
    {
        var token = Token;
        Assert.Equal(TokenVerdict.Valid, await _issuer.VerdictAsync(token));
        foreach (var changed in tamper(token))
            Assert.True(await _issuer.VerdictAsync(changed) != TokenVerdict.Valid, changed);
    }
}
