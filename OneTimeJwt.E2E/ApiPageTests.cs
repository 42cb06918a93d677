using System.Text.RegularExpressions;
using Microsoft.Playwright;
using OneTimeJwt.E2E.Infrastructure;
using OneTimeJwt.E2E.Pages;
using OneTimeJwt.E2E.Reporting;

namespace OneTimeJwt.E2E;

/// <summary>The page on which developers try the API.</summary>
[Role("admin")]
[Size("desktop", "phone")]
public sealed partial class ApiPageTests(Suite suite) : BrowserTest(suite)
{
    [Fact]
    public async Task A_developer_tries_operations_with_a_key_and_nothing_comes_from_elsewhere()
    {
        await using var site = await Infrastructure.Site.StartAsync(new() { ["Api__Enabled"] = "true" });
        var tab = new Tab((await NewBrowserAsync()).Page, site.Address);
        var key = await MakeKeyAsync(tab, await site.Accounts.TakeAsync(AccountKind.Admin));
        var page = tab.Page;

        await tab.GoAsync("/dev/api");
        await page.GetByRole(AriaRole.Button, new() { Name = "Authorize" }).First.ClickAsync();
        await page.Locator("#auth-bearer-value").FillAsync(key);
        await page.Locator(".auth-container").GetByRole(AriaRole.Button, new() { Name = "Apply credentials" }).ClickAsync();
        await page.Locator(".modal-ux").GetByRole(AriaRole.Button, new() { Name = "Close", Exact = true }).ClickAsync();

        Assert.Equal("200", await TryAsync(page, "Accounts-findAccounts", ("query", "ada@example.com")));
        await Assertions.Expect(Operation(page, "Accounts-findAccounts").Locator(".live-responses-table"))
            .ToContainTextAsync("ada@example.com");
        Assert.Equal("404", await TryAsync(page, "Acts-sendLink", ("id", "nobody"), ("Idempotency-Key", "one")));
        await Assertions.Expect(Operation(page, "Acts-sendLink").Locator(".live-responses-table")).ToContainTextAsync("no-such-account");

        await page.SetViewportSizeAsync(390, 844);
        Assert.Equal(0, await tab.OverflowAsync());
        Assert.All(Requests, request => Assert.True(request.Scheme is "data" || request.Authority == site.Address.Authority, $"{request}"));
        await page.EmulateMediaAsync(new() { ColorScheme = ColorScheme.Dark });
        await page.ReloadAsync();
        await Assertions.Expect(page.Locator("html")).ToHaveClassAsync(Dark());
        // Chromium has a line for each answer that is a 4xx.
        Assert.All(ConsoleMessages, message => Assert.Contains("responded with a status of 404", message, StringComparison.Ordinal));
    }

    private static async Task<string> MakeKeyAsync(Tab tab, TestAccount admin)
    {
        await ConsolePage.EnterAsync(tab, admin, "/admin/keys");
        await tab.Page.GetByLabel("Name").FillAsync("A developer");
        await tab.Page.GetByLabel("Reason").First.FillAsync("to try it");
        await tab.LeaveByAsync(() => tab.Page.GetByRole(AriaRole.Button, new() { Name = "Make a key" }).ClickAsync());
        return Key().Match(await tab.Page.Locator(".made code").InnerTextAsync()).Value;
    }

    private static ILocator Operation(IPage page, string id) => page.Locator($"#operations-{id}");

    private static async Task<string> TryAsync(IPage page, string id, params (string Name, string Value)[] parameters)
    {
        var operation = Operation(page, id);
        await operation.Locator(".opblock-summary-control").ClickAsync();
        foreach (var (name, value) in parameters)
            await operation.Locator($"tr[data-param-name='{name}'] input").FillAsync(value);
        await operation.GetByRole(AriaRole.Button, new() { Name = "Execute" }).ClickAsync();
        var status = operation.Locator(".live-responses-table .response .response-col_status").First;
        await Assertions.Expect(status).ToContainTextAsync(Status());
        return Status().Match(await status.InnerTextAsync()).Value;
    }

    [GeneratedRegex(@"\bdark-mode\b")]
    private static partial Regex Dark();

    [GeneratedRegex("otj_[0-9a-f]{64}")]
    private static partial Regex Key();

    [GeneratedRegex(@"\b\d{3}\b")]
    private static partial Regex Status();
}
