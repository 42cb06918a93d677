using OneTimeJwt.Web.Links;
using OneTimeJwt.Web.Tests.Site;

namespace OneTimeJwt.Web.Tests.Links;

public sealed class SampleTokenTests
{
    private static string Token => $"{SampleToken.Made.Header}.{SampleToken.Made.Claims}.{SampleToken.Made.Signature}";

    [Fact]
    public void It_is_made_as_every_other_token()
    {
        Assert.Equal(["alg", "kid", "typ"], SampleToken.Made.HeaderFields.Select(field => field.Key));
        Assert.Equal(["sub", "aud", "jti", "exp"], SampleToken.Made.ClaimFields.Select(field => field.Key));
        Assert.Equal(
            ("\"sample\"", "\"sample-account\""),
            (SampleToken.Made.HeaderFields.Single(field => field.Key == "kid").Value, SampleToken.Made.ClaimFields.First().Value));
    }

    [Fact]
    public async Task It_verifies_nowhere_not_even_under_its_own_secret()
    {
        var under = new OneTimeTokens(
            [new ServerSecret("sample", SampleToken.Secret)],
            "https://accounts.example",
            new TokenLifetimes(),
            TimeProvider.System);
        Assert.Equal(TokenVerdict.Expired, (await under.VerifyAsync(Token, TokenPurpose.Reset, Nobody)).Verdict);

        var issuer = new Tokens.Issuer();
        Assert.Equal(
            TokenVerdict.Forged,
            (await issuer.With(Tokens.Issuer.Origin, Tokens.Issuer.Secret).VerifyAsync(Token, TokenPurpose.Reset, Nobody)).Verdict);
    }

    [Fact]
    public void No_installation_starts_with_its_secret()
    {
        var settings = new TokenSettings { Secrets = [new() { Id = "sample", Value = Convert.ToBase64String(SampleToken.Secret) }] };

        Assert.Contains(
            "is not random",
            Assert.Single(new TokenSettingsValidator().Validate(null, settings).Failures!),
            StringComparison.Ordinal);
    }

    [Fact]
    public void The_page_shows_it_in_one_piece_and_explains_each_of_its_fields()
    {
        var page = PageRenderer.Render<HowItWorks>();

        Assert.Contains(page.QuerySelectorAll(".token"), shown => shown.TextContent == Token);
        foreach (var (name, value) in SampleToken.Made.HeaderFields.Concat(SampleToken.Made.ClaimFields))
            Assert.NotEqual(
                "",
                Assert
                    .Single(page.QuerySelectorAll("dl div"), part => part.QuerySelector("dt")!.TextContent == $"{name} {value}")
                    .QuerySelector("dd")!
                    .Words());
    }

    [Fact]
    public void The_picture_is_told_in_words_and_its_numbers_are_those_of_the_steps()
    {
        var page = PageRenderer.Render<HowItWorks>();
        var picture = page.QuerySelector("svg.flow")!;

        Assert.Equal("img", picture.GetAttribute("role"));
        Assert.All(picture.GetAttribute("aria-labelledby")!.Split(' '), id => Assert.True(page.GetElementById(id)!.Words().Length > 10));
        Assert.Equal(
            Enumerable.Range(1, page.QuerySelectorAll("ol.steps > li").Length).Select(number => $"{number}"),
            picture.QuerySelectorAll(".step text").Select(PageRenderer.Words));
    }

    private static Task<TokenAccount?> Nobody(string id) => Task.FromResult<TokenAccount?>(null);
}
