using AngleSharp.Html.Dom;
using OneTimeJwt.Web.Links;
using OneTimeJwt.Web.Links.Purposes;
using OneTimeJwt.Web.Tests.Site;

namespace OneTimeJwt.Web.Tests.Links;

public sealed class InvalidLinkPageTests
{
    private static readonly DateTimeOffset At = new(2026, 1, 5, 9, 30, 0, TimeSpan.Zero);

    public static TheoryData<TokenVerdict> Dead => [.. Enum.GetValues<TokenVerdict>().Where(verdict => verdict != TokenVerdict.Valid)];

    [Theory]
    [InlineData(TokenVerdict.Malformed, "invalid", "This link can’t be read")]
    [InlineData(TokenVerdict.Forged, "invalid", "This link can’t be read")]
    [InlineData(TokenVerdict.WrongPurpose, "invalid", "This link can’t be read")]
    [InlineData(TokenVerdict.Expired, "expired", "This link has expired")]
    [InlineData(TokenVerdict.Spent, "spent", "This link no longer works")]
    public void Each_verdict_has_its_word_and_its_heading(TokenVerdict verdict, string word, string heading)
    {
        var page = Show(verdict);

        Assert.Equal(word, Assert.Single(page.Content().QuerySelectorAll("[data-verdict]")).GetAttribute("data-verdict"));
        Assert.Equal(heading, page.QuerySelector("h1")!.Words());
        Assert.StartsWith(heading, page.Title, StringComparison.Ordinal);
    }

    [Fact]
    public void Unproven_links_of_every_kind_look_alike() =>
        Assert.Single(
            new[] { TokenVerdict.Malformed, TokenVerdict.Forged, TokenVerdict.WrongPurpose }
                .Select(verdict => Show(verdict).DocumentElement.OuterHtml)
                .Distinct());

    [Fact]
    public void An_expired_link_says_until_when_it_was_good()
    {
        Assert.Contains(
            "This one was good until 5 January 2026 at 09:30 (UTC)",
            Show(TokenVerdict.Expired, expiresAt: At).Content().Words(),
            StringComparison.Ordinal);
        Assert.Null(Show(TokenVerdict.Expired).QuerySelector("time"));
    }

    [Fact]
    public void A_spent_link_says_that_it_was_used_only_where_that_is_known()
    {
        var used = Show(TokenVerdict.Spent, usedAt: At);
        Assert.Equal("This link has been used", used.QuerySelector("h1")!.Words());
        Assert.Contains("This one was used on 5 January 2026 at 09:30 (UTC)", used.Content().Words(), StringComparison.Ordinal);

        var unknown = Show(TokenVerdict.Spent, expiresAt: At);
        Assert.DoesNotContain("This one was used", unknown.Content().Words(), StringComparison.Ordinal);
        Assert.Null(unknown.QuerySelector("time"));
    }

    [Theory]
    [InlineData(TokenVerdict.Malformed)]
    [InlineData(TokenVerdict.Forged)]
    [InlineData(TokenVerdict.WrongPurpose)]
    public void An_unproven_link_never_claims_to_have_been_used_or_expired(TokenVerdict verdict) =>
        Assert.Null(Show(verdict, expiresAt: At, usedAt: At).QuerySelector("time"));

    [Theory]
    [MemberData(nameof(Dead))]
    public void Where_a_fresh_link_may_be_had_it_is_one_button(TokenVerdict verdict)
    {
        var page = Show(verdict, token: PageRenderer.Hostile);

        var form = Assert.Single(page.Content().QuerySelectorAll("form"));
        Assert.Equal("/forgot-password", form.GetAttribute("action"));
        Assert.Equal(PageRenderer.Hostile, page.Hidden("link").GetAttribute("value"));
        Assert.Equal("Mail me a fresh link", form.QuerySelector("button")!.Words());
        Assert.Empty(form.QuerySelectorAll("input:not([type=hidden])"));
    }

    [Theory]
    [MemberData(nameof(Dead))]
    public void Where_it_may_not_there_is_no_form_but_a_way_on(TokenVerdict verdict)
    {
        var page = Show(verdict);

        Assert.Empty(page.QuerySelectorAll("form, input"));
        Assert.Equal(
            ["/forgot-password", "/sign-in", "/how-it-works"],
            page.Content().QuerySelectorAll("a").Select(link => link.GetAttribute("href")));
    }

    [Theory]
    [MemberData(nameof(Dead))]
    public void No_address_is_shown_and_no_password_asked_for(TokenVerdict verdict)
    {
        var page = Show(verdict, "eyJ.token", At, At);

        Assert.DoesNotContain('@', page.DocumentElement.TextContent);
        Assert.Empty(page.QuerySelectorAll("input[type=password]"));
    }

    private static IHtmlDocument Show(
        TokenVerdict verdict,
        string? token = null,
        DateTimeOffset? expiresAt = null,
        DateTimeOffset? usedAt = null) =>
        PageRenderer.Render<InvalidLink>(page =>
            page.Add(p => p.Purpose, new Reset())
                .Add(p => p.Verdict, verdict)
                .Add(p => p.Token, token)
                .Add(p => p.Reissuable, token is not null)
                .Add(p => p.ExpiresAt, expiresAt)
                .Add(p => p.UsedAt, usedAt));
}
