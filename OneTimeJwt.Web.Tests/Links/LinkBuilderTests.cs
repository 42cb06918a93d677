using Microsoft.Extensions.Options;
using OneTimeJwt.Web.Languages;
using OneTimeJwt.Web.Links;
using OneTimeJwt.Web.Tests.Tokens;

namespace OneTimeJwt.Web.Tests.Links;

public sealed class LinkBuilderTests
{
    private readonly Issuer _issuer = new();

    [Fact]
    public void A_link_is_origin_path_and_token()
    {
        var token = Mint();

        Assert.Equal($"https://accounts.example.com/reset-password?token={token.Value}", Links().Build(token, out _));
    }

    [Fact]
    public void The_length_that_is_told_is_the_links_own()
    {
        var link = Links().Build(Mint(), out var length);

        Assert.Equal(link!.Length, length);
    }

    [Fact]
    public void A_link_exactly_at_the_limit_passes_and_one_over_it_is_refused_and_never_cut()
    {
        var token = Mint();
        var whole = Links().Build(token, out var length);

        Assert.Equal(whole, Links(limit: length).Build(token, out _));
        Assert.Null(Links(limit: length - 1).Build(token, out var told));
        Assert.Equal(length, told);
    }

    [Fact]
    public void A_token_that_verification_would_refuse_for_its_length_is_never_mailed()
    {
        _issuer.LengthenTo(OneTimeTokens.MaxLength);
        Assert.NotNull(Links(limit: 5000).Build(Mint(), out _));

        _issuer.LengthenTo(OneTimeTokens.MaxLength + 1);
        Assert.Null(Links(limit: 5000).Build(Mint(), out _));
    }

    [Fact]
    public void A_usual_link_takes_at_most_320_characters()
    {
        const string Origin = "https://accounts.example12.com";
        Assert.Equal(30, Origin.Length);

        Assert.True(LinkBuilder.MaxTypicalLength(new PublicOrigin(Origin)) <= 320);
    }

    [Fact]
    public void The_longest_usual_link_is_reached_by_a_full_length_id_and_never_passed()
    {
        ReaderCulture.Set("ja", zone: null);
        var tokens = _issuer.With(Issuer.Origin, new ServerSecret("2026abcd", new byte[32]));
        _issuer.Clock.Now = new DateTimeOffset(9000, 1, 1, 0, 0, 0, TimeSpan.Zero);
        var longest = LinkBuilder.MaxTypicalLength(new PublicOrigin(Issuer.Origin));

        for (var i = 0; i < 200; i++)
        {
            var lengths = LinkPurposes.Own.Select(purpose =>
            {
                Links().Build(tokens.Mint(purpose.Token, new Account { SecurityStamp = "any" }), out var length);
                return length;
            });
            Assert.InRange(lengths.Max(), longest - 1, longest);
        }
    }

    [Fact]
    public void A_link_needs_no_escaping()
    {
        for (var i = 0; i < 200; i++)
            Assert.Matches(@"\Ahttps://accounts\.example\.com/reset-password\?token=[A-Za-z0-9._-]+\z", Links().Build(Mint(), out _));
    }

    private static LinkBuilder Links(int limit = 2000) =>
        new(
            new PublicOrigin(Issuer.Origin),
            Options.Create(new RecoverySettings { MaxLinkLength = limit }),
            Options.Create(new LanguageSettings()));

    private MintedToken Mint() => _issuer.With(Issuer.Origin, Issuer.Secret).Mint(TokenPurpose.Reset, _issuer.User);
}
