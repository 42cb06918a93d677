using Microsoft.Playwright;
using OneTimeJwt.E2E.Infrastructure;
using OneTimeJwt.E2E.Pages;
using OneTimeJwt.E2E.Reporting;

namespace OneTimeJwt.E2E;

[Role("user")]
public sealed class HowItWorksTests(Suite suite) : BrowserTest(suite)
{
    private const int Phone = 320;

    // No label of the picture is wider than what it stands in, and none is too small to be read.
    private const string Overfull = """
        () => [...document.querySelectorAll('.flow > text')].filter(label => {
          const text = label.getBoundingClientRect();
          const shapes = [...document.querySelectorAll('.flow > rect, .flow > path')].map(shape => shape.getBoundingClientRect());
          return text.height < 12 || !shapes.some(shape =>
          shape.left <= text.left && shape.right >= text.right && shape.top <= text.top && shape.bottom >= text.bottom);
        }).map(label => label.textContent)
        """;

    public static TheoryData<string> Languages => ["en", "de", "fr", "es", "pt", "ja", "ar"];

    [Theory]
    [MemberData(nameof(Languages))]
    [Size("phone")]
    public async Task The_picture_can_be_read_on_a_small_phone(string language)
    {
        var tab = await NewBrowserAsync(new() { Locale = language, ViewportSize = new() { Width = Phone, Height = 800 } });
        var page = await (await HomePage.OpenAsync(tab)).HowItWorksAsync();

        await Assertions.Expect(page.Picture).ToBeVisibleAsync();
        Assert.Empty(await tab.Page.EvaluateAsync<string[]>(Overfull));
        Assert.True(await tab.OverflowAsync() <= 0, "It scrolls sideways.");
    }

    [Fact]
    [Guarantee(11)]
    public async Task A_dead_link_leads_to_the_page_and_the_example_on_it_opens_nothing()
    {
        var dead = await InvalidLinkPage.OpenAsync(
            await NewBrowserAsync(new() { JavaScriptEnabled = false }),
            "/reset-password?token=half");
        var page = await dead.HowItWorksAsync();

        var token = await page.Token.First.InnerTextAsync();
        Assert.Equal(("invalid", 400), await (await InvalidLinkPage.OpenAsync(page.Tab, $"/reset-password?token={token}")).VerdictAsync());
    }
}
