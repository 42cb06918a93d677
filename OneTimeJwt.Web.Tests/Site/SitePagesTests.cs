using OneTimeJwt.Web.Site;

namespace OneTimeJwt.Web.Tests.Site;

public sealed class SitePagesTests
{
    private static readonly string[] Two = ["One.", "Two."];

    public static TheoryData<int> Statuses => [.. PageStates.Statuses];

    [Fact]
    public void The_start_page_leads_to_a_link_to_sign_in_and_to_how_it_works()
    {
        var page = PageRenderer.Render<Home>();

        Assert.Equal(
            ["/forgot-password", "/sign-in", "/how-it-works"],
            page.Content().QuerySelectorAll("a").Select(link => link.GetAttribute("href")));
    }

    [Theory]
    [MemberData(nameof(Statuses))]
    public void An_error_page_names_its_status_says_what_to_do_and_leads_on(int status)
    {
        var page = PageRenderer.Render<ErrorPage>(parameters => parameters.Add(p => p.Status, status));

        Assert.Equal($"{status}", page.QuerySelector(".code")!.Words());
        Assert.True(page.QuerySelectorAll("main p")[1].Words().Length > 20);
        Assert.Equal(["/forgot-password", "/"], page.Content().QuerySelectorAll("a").Select(link => link.GetAttribute("href")));
    }

    [Fact]
    public void Each_status_with_a_cure_of_its_own_has_words_of_its_own() =>
        Assert.Equal(
            PageStates.Statuses.Length,
            PageStates
                .Statuses.Select(status =>
                    PageRenderer.Render<ErrorPage>(parameters => parameters.Add(p => p.Status, status)).QuerySelector("h1")!.Words())
                .Distinct()
                .Count());

    [Theory]
    [InlineData(402, "That request didn’t fit")]
    [InlineData(499, "That request didn’t fit")]
    [InlineData(500, "Something broke on our side")]
    [InlineData(502, "Something broke on our side")]
    [InlineData(404, "There is no such page")]
    [InlineData(429, "Too many tries just now")]
    public void A_fault_of_ours_is_never_blamed_on_the_user(int status, string heading) =>
        Assert.Equal(
            heading,
            PageRenderer.Render<ErrorPage>(parameters => parameters.Add(p => p.Status, status)).QuerySelector("h1")!.Words());

    [Fact]
    public void No_message_means_no_alert() =>
        Assert.Null(PageRenderer.Render<Alert>(alert => alert.Add(p => p.Messages, [])).QuerySelector("[role=alert]"));

    [Fact]
    public void One_message_is_a_paragraph_and_several_are_a_list()
    {
        Assert.Equal(
            "One.",
            PageRenderer.Render<Alert>(alert => alert.Add(p => p.Messages, ["One."])).QuerySelector("[role=alert] > p")!.Words());
        Assert.Equal(
            Two,
            PageRenderer
                .Render<Alert>(alert => alert.Add(p => p.Messages, Two))
                .QuerySelectorAll("[role=alert] > ul > li")
                .Select(PageRenderer.Words));
    }

    [Fact]
    public void A_moment_is_shown_and_marked_up_in_UTC_where_no_zone_is_known()
    {
        var moment = PageRenderer
            .Render<LocalTime>(time => time.Add(p => p.At, new DateTimeOffset(2026, 1, 5, 23, 59, 30, TimeSpan.FromHours(-2))))
            .QuerySelector("time")!;

        Assert.Equal("2026-01-06T01:59:30Z", moment.GetAttribute("datetime"));
        Assert.Equal("6 January 2026 at 01:59 (UTC)", moment.Words());
    }

    [Fact]
    public void A_document_for_the_console_opens_a_circuit_under_the_nonce()
    {
        var page = PageRenderer.Render<Layout>(document =>
            document.Add(p => p.Title, "Console").Add(p => p.Console, true).Add(p => p.Wide, true));

        Assert.Equal(PageRenderer.Nonce, Assert.Single(page.QuerySelectorAll("script[src='/console.js']")).GetAttribute("nonce"));
        Assert.Equal("wide", page.Content().ClassName);
    }

    [Theory]
    [InlineData(null, false, null)]
    [InlineData(null, true, "problem")]
    [InlineData(15, false, "pw-hint")]
    [InlineData(15, true, "problem pw-hint")]
    public void A_password_field_is_described_by_its_problem_and_by_what_is_asked_for(int? minimum, bool invalid, string? description)
    {
        var page = PageRenderer.Render<PasswordField>(field =>
            field.Add(p => p.Name, "pw").Add(p => p.Label, "Password").Add(p => p.Minimum, minimum).Add(p => p.Invalid, invalid));

        Assert.Equal(description, page.Field("Password").GetAttribute("aria-describedby"));
        Assert.Equal(invalid ? "true" : null, page.Field("Password").GetAttribute("aria-invalid"));
        Assert.Equal(
            minimum is null ? null : "At least 15 characters. A few unrelated words make a good password; spaces are welcome.",
            page.GetElementById("pw-hint")?.Words());
        Assert.Equal(minimum is null ? "current-password" : "new-password", page.Field("Password").GetAttribute("autocomplete"));
        Assert.Equal(
            minimum is null ? null : "minlength: 15; maxlength: 256; allowed: unicode;",
            page.Field("Password").GetAttribute("data-passwordrules"));
    }

    [Fact]
    public void The_button_that_reveals_a_password_waits_for_script()
    {
        var button = PageRenderer
            .Render<PasswordField>(field => field.Add(p => p.Name, "pw").Add(p => p.Label, "Password"))
            .QuerySelector("button")!;

        Assert.True(button.HasAttribute("hidden"));
        Assert.Equal(
            ("button", "pw", "false"),
            (button.GetAttribute("type")!, button.GetAttribute("data-reveal")!, button.GetAttribute("aria-pressed")!));
    }
}
