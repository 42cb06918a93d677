using System.Text.RegularExpressions;
using Microsoft.Playwright;
using OneTimeJwt.E2E.Infrastructure;
using OneTimeJwt.E2E.Reporting;

namespace OneTimeJwt.E2E;

/// <summary>The console with a certified OpenID provider.</summary>
[Trait("Category", "long")]
[Role("admin")]
[Size("desktop")]
public sealed partial class ProviderSignInTests(Suite suite) : BrowserTest(suite)
{
    private const int TenSeconds = 10_000;

    [Fact]
    public async Task A_person_of_the_provider_enters_and_signs_out_there_and_an_open_page_ends_at_once()
    {
        Assert.SkipWhen(NodeProvider.Missing is not null, NodeProvider.Missing ?? "");
        var port = LocalPort.Free();
        await using var site = await Infrastructure.Site.StartAsync(NodeProvider.Settings(port));
        await using var provider = await NodeProvider.StartAsync(port, site.Address);
        var page = (await NewBrowserAsync()).Page;

        await page.GotoAsync(new Uri(site.Address, "/admin/trail").ToString());
        await page.GetByRole(AriaRole.Link, new() { Name = "Sign in with Contoso" }).ClickAsync();
        await EnterAsync(page);

        await Assertions.Expect(page).ToHaveURLAsync(new Uri(site.Address, "/admin/trail").ToString());
        await Assertions.Expect(page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToHaveTextAsync("Trail");
        await IsConnectedAsync(page);
        await Assertions.Expect(page.GetByRole(AriaRole.Link, new() { Name = "Ada Lovelace" })).ToBeVisibleAsync();

        // In another tab, at the provider, whose logout token ends what is open here.
        var other = await page.Context.NewPageAsync();
        await other.GotoAsync(new Uri(provider.Address, "/session/end").ToString());
        await other.GetByRole(AriaRole.Button, new() { Name = "Yes, sign me out" }).ClickAsync();

        await Assertions.Expect(page).ToHaveURLAsync(SignInAddress(), new() { Timeout = TenSeconds });

        // And from here: the provider is told, and asks for a password again.
        await page.GetByRole(AriaRole.Link, new() { Name = "Sign in with Contoso" }).ClickAsync();
        await EnterAsync(page);
        await page.GetByRole(AriaRole.Link, new() { Name = "Ada Lovelace" }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Sign out" }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Yes, sign me out" }).ClickAsync();
        await Assertions.Expect(page).ToHaveURLAsync(SignInAddress());
        await page.GetByRole(AriaRole.Link, new() { Name = "Sign in with Contoso" }).ClickAsync();
        await Assertions.Expect(page.Locator("input[name=password]")).ToBeVisibleAsync();

        Assert.DoesNotContain(ConsoleMessages, message => message.Contains("Content Security Policy", StringComparison.Ordinal));
    }

    private static async Task EnterAsync(IPage page)
    {
        await page.Locator("input[name=login]").FillAsync("ada");
        await page.Locator("input[name=password]").FillAsync("any");
        await page.Locator("button[type=submit]").ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Continue" }).ClickAsync();
    }

    private static async Task IsConnectedAsync(IPage page) =>
        await page.WaitForFunctionAsync("() => !document.querySelector('#blazor-error-ui')?.style.display && !!window.Blazor");

    [GeneratedRegex("/sign-in")]
    private static partial Regex SignInAddress();
}
