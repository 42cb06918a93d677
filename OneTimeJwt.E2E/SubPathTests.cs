using Microsoft.Playwright;
using OneTimeJwt.E2E.Infrastructure;
using OneTimeJwt.E2E.Pages;
using OneTimeJwt.E2E.Reporting;

namespace OneTimeJwt.E2E;

/// <summary>The site under a path of a host, behind an nginx that passes that path on and knows nothing else.</summary>
[Purpose("reset", "confirm", "secure")]
[Role("user", "admin")]
[Size("desktop")]
public sealed class SubPathTests(Suite suite) : BrowserTest(suite)
{
    private const string Path = "/recover";

    [Fact]
    public async Task Everything_that_people_and_admins_do_stays_under_the_path()
    {
        await using var nginx = new Nginx(Path);
        var address = new Uri(nginx.Address, Path);
        await using var app = await RunningApp.StartAsync(new()
        {
            ["Recovery__PublicOrigin"] = address.ToString(),
            ["Security__KnownProxies__0"] = "127.0.0.1",
        });
        await nginx.StartAsync(app);
        await using var inbox = new InboxFolder(app.Inbox);
        var accounts = new AccountPool(app, Seeds.Read());

        await RecoverAsync(await OpenAsync(address), inbox, await accounts.TakeAsync(AccountKind.Ordinary));
        await ConfirmAsync(await OpenAsync(address), inbox, await accounts.TakeAsync(AccountKind.Unconfirmed));
        var found = await accounts.TakeAsync(AccountKind.Ordinary);
        await AdministerAsync(await OpenAsync(address), await accounts.TakeAsync(AccountKind.Admin), found);

        Assert.NotEmpty(Requests);
        Assert.All(Requests, request => Assert.Matches($"^{Path}(/|$)", request.AbsolutePath));
        // Chromium has a line for each page that comes with a 4xx.
        Assert.All(ConsoleMessages, message => Assert.Contains("responded with a status of 4", message, StringComparison.Ordinal));
    }

    private async Task<Tab> OpenAsync(Uri address) => new((await NewBrowserAsync()).Page, address);

    private static async Task RecoverAsync(Tab tab, InboxFolder inbox, TestAccount account)
    {
        await (await (await HomePage.OpenAsync(tab)).ForgotPasswordAsync()).AskAsync(account.Email);
        var link = (await inbox.NextAsync(account.Email, InboxFolder.ResetSubject)).Link;
        var password = account.NewPassword();
        var changed = await (await ResetPasswordPage.OpenAsync(tab, link)).ChooseAsync(password);
        var own = await (await changed.SignInAsync()).EnterAsync(account, password);
        await own.OpenSecondFactorAsync();
        await (await AccountPage.OpenAsync(tab)).SignOutAsync();
        await tab.LeaveByAsync(() => tab.Page.Locator("[hreflang=de]").ClickAsync());
        await Assertions.Expect(tab.Page.Locator("html")).ToHaveAttributeAsync("lang", "de");
        await tab.LeaveByAsync(() => tab.Page.Locator("[hreflang=en]").ClickAsync());

        await (await InvalidLinkPage.OpenAsync(tab, link)).HowItWorksAsync();
        var notice = (await inbox.NextAsync(account.Email, InboxFolder.NoticeSubject)).Link;
        await (await (await ConfirmActionPage.OpenAsync(tab, notice)).UseInVainAsync("nobody@example.org")).UseAsync(account.Email);

        await NotFoundPage.OpenAsync(tab, "/no-such-page");
        await tab.LeaveByAsync(() => tab.Page.GetByRole(AriaRole.Link, new() { Name = "Start page" }).ClickAsync());
        Assert.Equal(("/", 200), (tab.Location, tab.Status));
    }

    private static async Task ConfirmAsync(Tab tab, InboxFolder inbox, TestAccount account)
    {
        await (await (await SignInPage.OpenAsync(tab)).ConfirmAddressAsync()).AskAsync(account.Email);
        var link = (await inbox.NextAsync(account.Email, InboxFolder.ConfirmSubject)).Link;
        await (await ConfirmActionPage.OpenAsync(tab, link)).UseAsync(account.Email);
    }

    // Found through the circuit, opened by the keyboard and looked up in the trail, by pages that change within the page.
    private static async Task AdministerAsync(Tab tab, TestAccount admin, TestAccount account)
    {
        var file = await (await ConsolePage.OpenAsync(tab, admin)).FindAsync(account);
        await file.ActAsync("Lock");
        await Assertions.Expect(file.History).ToContainTextAsync("Locked");
        var trail = tab.Page.GetByRole(AriaRole.Link, new() { Name = "Trail", Exact = true });
        await trail.ClickAsync();
        await tab.Page.WaitForURLAsync($"**{Path}/admin/trail");
        await Assertions.Expect(trail).ToHaveAttributeAsync("aria-current", "page");
        await tab.Page.ReloadAsync();
        await Assertions.Expect(tab.Page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToBeVisibleAsync();
    }
}
