using System.Text;
using System.Text.Json;

namespace OneTimeJwt.Web.Tests.Tokens;

public sealed class VerdictTests
{
    private static readonly string[] Claims = ["sub", "aud", "jti", "exp"];

    private readonly Issuer _issuer = new();

    [Fact]
    public async Task A_fresh_token_is_valid()
    {
        var minted = _issuer.With(Issuer.Origin, Issuer.Secret).Mint(TokenPurpose.Reset, _issuer.User);

        Assert.Equal(
            new Verification(TokenVerdict.Valid, new ProvenClaims(_issuer.User.Id, minted.Nonce, _issuer.Clock.Now.AddMinutes(30))),
            await _issuer.VerifyAsync(minted.Value));
    }

    [Fact]
    public async Task The_same_token_made_by_hand_is_valid() =>
        Assert.Equal(TokenVerdict.Valid, await _issuer.VerdictAsync(_issuer.Jws(Issuer.Header, _issuer.Payload)));

    [Fact]
    public void A_token_holds_four_claims_and_nothing_else()
    {
        var payload = Encoding.UTF8.GetString(System.Buffers.Text.Base64Url.DecodeFromChars(_issuer.Mint().Split('.')[1]));

        Assert.Equal(Claims, JsonDocument.Parse(payload).RootElement.EnumerateObject().Select(claim => claim.Name));
        Assert.DoesNotContain("example.com", payload, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public void No_two_tokens_have_the_same_nonce() =>
        Assert.Equal(1000, Enumerable.Range(0, 1000).Select(_ => Minted().Nonce).Distinct().Count());

    [Fact]
    public void A_minted_token_is_not_shown_when_it_is_logged()
    {
        var minted = Minted();

        Assert.Equal($"token {minted.Nonce}", minted.ToString());
        Assert.DoesNotContain(minted.Value, $"{minted}", StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    public void An_account_without_a_security_stamp_gets_no_token(string? stamp)
    {
        _issuer.User.SecurityStamp = stamp;

        Assert.Throws<InvalidOperationException>(() => _issuer.Mint());
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData("not a token")]
    [InlineData("..")]
    [InlineData("a.b.c")]
    [InlineData("eyJh.eyJz")]
    public async Task Unreadable_input_is_malformed_and_costs_no_look_up(string? token)
    {
        Assert.Equal(new Verification(TokenVerdict.Malformed), await _issuer.VerifyAsync(token));
        Assert.Equal(0, _issuer.LookUps);
    }

    [Fact]
    public async Task A_token_of_1024_characters_is_valid_and_one_character_more_is_malformed()
    {
        _issuer.LengthenTo(OneTimeTokens.MaxLength);
        Assert.Equal(TokenVerdict.Valid, await _issuer.VerdictAsync(_issuer.Mint()));

        _issuer.LengthenTo(OneTimeTokens.MaxLength + 1);
        Assert.Equal(new Verification(TokenVerdict.Malformed), await _issuer.VerifyAsync(_issuer.Mint()));
        Assert.Equal(1, _issuer.LookUps);
    }

    [Fact]
    public async Task Half_a_megabyte_is_refused_without_being_split_or_decoded()
    {
        var token = string.Concat(Enumerable.Repeat(_issuer.Mint(), 2100));
        await _issuer.VerifyAsync(token);
        var before = GC.GetAllocatedBytesForCurrentThread();

        var verification = _issuer.VerifyAsync(token);

        Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < 2_000);
        Assert.Equal(TokenVerdict.Malformed, (await verification).Verdict);
    }

    [Fact]
    public async Task An_unknown_secret_id_is_forged_and_costs_no_look_up()
    {
        var stranger = new ServerSecret("2025z", new byte[32]);

        Assert.Equal(
            new Verification(TokenVerdict.Forged),
            await _issuer.VerifyAsync(_issuer.With(Issuer.Origin, stranger).Mint(TokenPurpose.Reset, _issuer.User).Value));
        Assert.Equal(0, _issuer.LookUps);
    }

    [Fact]
    public async Task A_stranger_with_the_right_secret_id_is_forged_and_costs_no_look_up()
    {
        var stranger = new ServerSecret(Issuer.Secret.Id, new byte[32]);

        Assert.Equal(
            new Verification(TokenVerdict.Forged),
            await _issuer.VerifyAsync(_issuer.With(Issuer.Origin, stranger).Mint(TokenPurpose.Reset, _issuer.User).Value));
        Assert.Equal(0, _issuer.LookUps);
    }

    [Theory]
    [InlineData("confirm")]
    [InlineData("change")]
    [InlineData("invite")]
    [InlineData("secure")]
    [InlineData("Reset")]
    [InlineData("reset ")]
    [InlineData("")]
    public async Task Another_purpose_is_told_apart_and_costs_no_look_up(string purpose)
    {
        var jti = TokenId.Create(Issuer.Secret, Issuer.Nonce, _issuer.User.Id, purpose, _issuer.Expiry);
        var token = _issuer.Jws(
            Issuer.Header,
            _issuer
                .Payload.Replace("\"reset\"", $"\"{purpose}\"", StringComparison.Ordinal)
                .Replace(_issuer.Jti, jti, StringComparison.Ordinal));

        Assert.Equal(new Verification(TokenVerdict.WrongPurpose), await _issuer.VerifyAsync(token));
        Assert.Equal(0, _issuer.LookUps);
    }

    [Fact]
    public async Task The_proof_comes_before_the_expiry()
    {
        var token = _issuer.Jws(Issuer.Header, _issuer.Payload.Replace(_issuer.Jti, "AAAAAAAAAAAAAAAAAAAAAA", StringComparison.Ordinal));
        _issuer.Clock.Now = _issuer.Clock.Now.AddDays(1);

        Assert.Equal(new Verification(TokenVerdict.Forged), await _issuer.VerifyAsync(token));
    }

    [Theory]
    [InlineData("someone-else", "reset", 0)]
    [InlineData(null, "confirm", 0)]
    [InlineData(null, "reset", 1)]
    public async Task A_proof_for_another_account_purpose_or_expiry_is_forged(string? account, string purpose, int later)
    {
        var jti = TokenId.Create(Issuer.Secret, Issuer.Nonce, account ?? _issuer.User.Id, purpose, _issuer.Expiry + later);

        Assert.Equal(
            TokenVerdict.Forged,
            await _issuer.VerdictAsync(_issuer.Jws(Issuer.Header, _issuer.Payload.Replace(_issuer.Jti, jti, StringComparison.Ordinal))));
        Assert.Equal(0, _issuer.LookUps);
    }

    [Theory]
    [InlineData("")]
    [InlineData("AAAA")]
    [InlineData("ASNFZ4mrze8")]
    [InlineData("ASNFZ4mrze_5ibj-yDYEOgAA")]
    [InlineData("ASNFZ4mrze_5ibj-yDYEOg==")]
    [InlineData("ASNFZ4mrze_5ibj-yDYEOh")]
    public async Task A_jti_of_another_size_or_spelling_is_forged(string jti)
    {
        Assert.Equal(
            TokenVerdict.Forged,
            await _issuer.VerdictAsync(_issuer.Jws(Issuer.Header, _issuer.Payload.Replace(_issuer.Jti, jti, StringComparison.Ordinal))));
        Assert.Equal(0, _issuer.LookUps);
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(-62135596801)]
    [InlineData(253402300800)]
    [InlineData(long.MaxValue)]
    [InlineData(long.MinValue)]
    public async Task A_proven_expiry_that_no_clock_can_show_is_malformed(long expires)
    {
        var claims = new TokenClaims(
            _issuer.User.Id,
            "reset",
            TokenId.Create(Issuer.Secret, Issuer.Nonce, _issuer.User.Id, "reset", expires),
            expires);

        Assert.Equal(new Verification(TokenVerdict.Malformed), await _issuer.VerifyAsync(_issuer.Jws(Issuer.Header, claims.ToJson())));
        Assert.Equal(0, _issuer.LookUps);
    }

    [Fact]
    public async Task A_token_is_valid_until_the_last_tick_before_its_expiry_and_expired_at_it()
    {
        var token = _issuer.Mint();
        var end = _issuer.Clock.Now.AddMinutes(30);

        _issuer.Clock.Now = end.AddTicks(-1);
        Assert.Equal(TokenVerdict.Valid, await _issuer.VerdictAsync(token));

        _issuer.Clock.Now = end;
        var verification = await _issuer.VerifyAsync(token);
        Assert.Equal(TokenVerdict.Expired, verification.Verdict);
        Assert.Equal(end, verification.Claims!.ExpiresAt);
        Assert.Equal(1, _issuer.LookUps);
    }

    [Fact]
    public async Task A_token_that_lives_longer_than_any_of_its_purpose_may_is_refused_without_a_look_up()
    {
        var longest = _issuer.Lifetimes.ResetByAdmin;
        Assert.Equal(TokenVerdict.Valid, await _issuer.VerdictAsync(_issuer.Mint(longest)));

        Assert.Equal(TokenVerdict.Expired, await _issuer.VerdictAsync(_issuer.Mint(longest + TimeSpan.FromSeconds(1))));
        Assert.Equal(1, _issuer.LookUps);
    }

    [Fact]
    public async Task The_longest_life_is_the_longer_of_the_two_configured()
    {
        _issuer.Lifetimes.Reset = TimeSpan.FromHours(20);

        Assert.Equal(TokenVerdict.Valid, await _issuer.VerdictAsync(_issuer.Mint()));
        Assert.Equal(TokenVerdict.Expired, await _issuer.VerdictAsync(_issuer.Mint(TimeSpan.FromHours(21))));
    }

    [Fact]
    public async Task A_token_for_no_account_is_spent()
    {
        var token = _issuer.Mint();
        _issuer.User.Id = "gone";

        Assert.Equal(TokenVerdict.Spent, await _issuer.VerdictAsync(token));
        Assert.Equal(1, _issuer.LookUps);
    }

    [Fact]
    public async Task A_look_up_that_answers_with_another_account_is_not_believed()
    {
        var token = _issuer.Mint();
        var tokens = _issuer.With(Issuer.Origin, Issuer.Secret);
        _issuer.User.Id = "0F8FAD5B-D9CB-469F-A165-70867728950E";

        Assert.Equal(
            TokenVerdict.Spent,
            (
                await tokens.VerifyAsync(token, TokenPurpose.Reset, _ => Task.FromResult<TokenAccount?>(TokenAccount.Of(_issuer.User)))
            ).Verdict);
    }

    private MintedToken Minted() => _issuer.With(Issuer.Origin, Issuer.Secret).Mint(TokenPurpose.Reset, _issuer.User);
}
