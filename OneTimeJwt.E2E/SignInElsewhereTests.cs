using Microsoft.Playwright;
using OneTimeJwt.E2E.Infrastructure;
using OneTimeJwt.E2E.Pages;
using OneTimeJwt.E2E.Reporting;

namespace OneTimeJwt.E2E;

/// <summary>Where Accounts:SignInUrl names a page of another origin, whose first step leads on to a third one.</summary>
[Role("user")]
[Size("desktop")]
public sealed class SignInElsewhereTests(Suite suite) : BrowserTest(suite)
{
    [Fact]
    public async Task Signing_out_and_a_form_whose_session_is_gone_lead_there_with_and_without_JavaScript()
    {
        await using var other = OtherSite.Start();
        var login = new Uri(other.Address, "login").ToString();
        await using var site = await Infrastructure.Site.StartAsync(new() { ["Accounts__SignInUrl"] = login });
        var account = await site.Accounts.TakeAsync(AccountKind.Ordinary);

        var (_, page) = await EnterAsync(site, account, javaScript: true);
        await page.GetByRole(AriaRole.Button, new() { Name = "Sign out" }).ClickAsync();
        await IsThereAsync(page);

        (var tab, page) = await EnterAsync(site, account, javaScript: false);
        await page.Context.ClearCookiesAsync();
        await page.GetByLabel("Current password").FillAsync(account.Password);
        await page.GetByLabel("New password").FillAsync(account.NewPassword());
        await page.GetByRole(AriaRole.Button, new() { Name = "Change password" }).ClickAsync();
        await IsThereAsync(page);

        await tab.GoAsync("/reset-password/done");
        await page.GetByRole(AriaRole.Link, new() { Name = "Sign in" }).ClickAsync();
        await IsThereAsync(page);
    }

    // By way of the console, whose sign-in is always here.
    private async Task<(Tab Tab, IPage Page)> EnterAsync(Site site, TestAccount account, bool javaScript)
    {
        var page = (await NewBrowserAsync(new() { JavaScriptEnabled = javaScript })).Page;
        var tab = new Tab(page, site.Address);
        await (await SignInPage.OpenAsync(tab, "/sign-in?returnUrl=/admin")).SendAsync(account.Email, account.Password);
        await AccountPage.OpenAsync(tab);
        return (tab, page);
    }

    private static Task IsThereAsync(IPage page) =>
        Assertions.Expect(page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToHaveTextAsync(OtherSite.Heading);
}
