namespace OneTimeJwt.Web.Tests.Tokens;

public sealed class KeyStateTests
{
    private static readonly Dictionary<string, Action<IdentityUser>> Killing = new()
    {
        ["another stamp"] = user => user.SecurityStamp = "STAMP-OTHER",
        ["a stamp in another case"] = user => user.SecurityStamp = "stamp-7q2m4xkx",
        ["an empty stamp"] = user => user.SecurityStamp = "",
        ["no stamp"] = user => user.SecurityStamp = null,
        ["another hash"] = user => user.PasswordHash = "AQAAAAIAAYag-hasH",
        ["an empty hash"] = user => user.PasswordHash = "",
        ["no hash"] = user => user.PasswordHash = null,
        ["another address"] = user => user.NormalizedEmail = "ADA@EXAMPLE.NET",
        ["an empty address"] = user => user.NormalizedEmail = "",
        ["no address"] = user => user.NormalizedEmail = null,
        ["a character moved from stamp to hash"] = user =>
            (user.SecurityStamp, user.PasswordHash) = ("STAMP-7Q2M4XK", "XAQAAAAIAAYag-hash"),
        ["stamp and hash exchanged"] = user => (user.SecurityStamp, user.PasswordHash) = (user.PasswordHash, user.SecurityStamp),
        ["another address beside the same normalised one"] = user => user.Email = "ada@example.net",
    };

    private static readonly Dictionary<string, Action<IdentityUser>> Harmless = new()
    {
        ["a wrong sign-in"] = user => user.AccessFailedCount++,
        ["a lock-out"] = user => (user.LockoutEnabled, user.LockoutEnd) = (true, DateTimeOffset.MaxValue),
        ["a concurrency stamp"] = user => user.ConcurrencyStamp = "other",
        ["a phone number"] = user => user.PhoneNumber = "1234",
        ["a confirmed address"] = user => user.EmailConfirmed = true,
        ["another spelling of the address"] = user => user.Email = "Ada@Example.com",
    };

    private readonly Issuer _issuer = new();

    public static TheoryData<string> KillingNames => [.. Killing.Keys];

    public static TheoryData<string> HarmlessNames => [.. Harmless.Keys];

    [Theory]
    [MemberData(nameof(KillingNames))]
    public async Task What_changes_the_state_spends_the_link(string change)
    {
        var token = _issuer.Mint();
        Assert.Equal(TokenVerdict.Valid, await _issuer.VerdictAsync(token));

        Killing[change](_issuer.User);

        var verification = await _issuer.VerifyAsync(token);
        Assert.Equal(TokenVerdict.Spent, verification.Verdict);
        Assert.Equal(_issuer.User.Id, verification.Claims!.AccountId);
    }

    [Theory]
    [MemberData(nameof(HarmlessNames))]
    public async Task What_leaves_the_state_alone_leaves_the_link_alone(string change)
    {
        var token = _issuer.Mint();

        Harmless[change](_issuer.User);

        Assert.Equal(TokenVerdict.Valid, await _issuer.VerdictAsync(token));
    }

    [Fact]
    public async Task An_account_that_is_barred_uses_no_token_as_long_as_that_lasts()
    {
        var token = _issuer.Mint();
        var tokens = new OneTimeTokens(
            [Issuer.Secret],
            Issuer.Origin,
            _issuer.Lifetimes,
            _issuer.Clock,
            account => ((IdentityUser)account.User!).LockoutEnd is not null);
        _issuer.User.LockoutEnd = DateTimeOffset.MaxValue;

        var verification = await _issuer.VerifyAsync(token, tokens);
        Assert.Equal((TokenVerdict.Spent, _issuer.User.Id), (verification.Verdict, verification.Claims!.AccountId));

        _issuer.User.LockoutEnd = null;
        Assert.Equal(TokenVerdict.Valid, await _issuer.VerdictAsync(token, tokens));
    }

    [Fact]
    public async Task A_missing_hash_and_an_empty_one_make_different_keys_both_ways()
    {
        _issuer.User.PasswordHash = null;
        var token = _issuer.Mint();
        Assert.Equal(TokenVerdict.Valid, await _issuer.VerdictAsync(token));

        _issuer.User.PasswordHash = "";
        Assert.Equal(TokenVerdict.Spent, await _issuer.VerdictAsync(token));
    }

    [Fact]
    public async Task Of_three_outstanding_links_all_work_until_one_is_used_and_then_none()
    {
        string[] tokens = [_issuer.Mint(), _issuer.Mint(), _issuer.Mint()];
        Assert.All(
            await Task.WhenAll(tokens.Select(token => _issuer.VerdictAsync(token))),
            verdict => Assert.Equal(TokenVerdict.Valid, verdict));

        _issuer.User.SecurityStamp = "STAMP-NEXT";
        Assert.All(
            await Task.WhenAll(tokens.Select(token => _issuer.VerdictAsync(token))),
            verdict => Assert.Equal(TokenVerdict.Spent, verdict));
    }

    [Fact]
    public async Task A_clock_set_back_revives_no_spent_link()
    {
        var token = _issuer.Mint();
        _issuer.User.SecurityStamp = "STAMP-NEXT";
        _issuer.Clock.Now = _issuer.Clock.Now.AddHours(-2);

        Assert.Equal(TokenVerdict.Spent, await _issuer.VerdictAsync(token));
    }

    [Fact]
    public async Task While_secrets_are_rotated_both_verify_and_the_first_signs()
    {
        var old = _issuer.Mint();
        var rotated = _issuer.With(Issuer.Origin, Issuer.OtherSecret, Issuer.Secret);
        var young = rotated.Mint(TokenPurpose.Reset, _issuer.User).Value;

        Assert.StartsWith(Issuer.OtherSecret.Header, young, StringComparison.Ordinal);
        Assert.Equal(TokenVerdict.Valid, await _issuer.VerdictAsync(old, rotated));
        Assert.Equal(TokenVerdict.Valid, await _issuer.VerdictAsync(young, rotated));
    }

    [Fact]
    public async Task Once_the_old_secret_is_gone_its_links_are_dead()
    {
        var old = _issuer.Mint();

        Assert.Equal(TokenVerdict.Forged, await _issuer.VerdictAsync(old, _issuer.With(Issuer.Origin, Issuer.OtherSecret)));
    }

    [Theory]
    [InlineData("http://accounts.example.com")]
    [InlineData("https://accounts.example.com:8443")]
    [InlineData("https://accounts.example.co")]
    [InlineData("https://staging.example.com")]
    [InlineData("")]
    public async Task A_token_for_one_origin_is_dead_at_another(string origin) =>
        Assert.Equal(TokenVerdict.Spent, await _issuer.VerdictAsync(_issuer.Mint(), _issuer.With(origin, Issuer.Secret)));
}
