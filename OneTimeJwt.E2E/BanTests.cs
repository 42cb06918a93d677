using System.Text.RegularExpressions;
using Microsoft.Playwright;
using OneTimeJwt.E2E.Infrastructure;
using OneTimeJwt.E2E.Pages;
using OneTimeJwt.E2E.Reporting;

namespace OneTimeJwt.E2E;

/// <summary>Another application bans an account while its owner is on the way back in.</summary>
[Role("user")]
[Size("desktop")]
public sealed class BanTests(Suite suite) : BrowserTest(suite)
{
    private const string Until = "2999-01-01 00:00:00+00:00";
    private const float TenSeconds = 10_000;

    [Fact]
    [Purpose("reset")]
    public async Task A_ban_between_opening_and_sending_the_form_holds_and_the_console_says_until_when()
    {
        Assert.SkipWhen(Site.IsDeployed, "Writes to the accounts as another application would.");
        var (admin, account) = (await NewAccountAsync(AccountKind.Admin), await NewAccountAsync());
        var session = await NewBrowserAsync();
        await (await SignInPage.OpenAsync(session)).EnterAsync(account);
        await (await ForgotPasswordPage.OpenAsync(await NewBrowserAsync())).AskAsync(account.Email);
        var tab = await NewBrowserAsync();
        var form = await ResetPasswordPage.OpenAsync(tab, (await Site.Inbox.NextAsync(account.Email, InboxFolder.ResetSubject)).Link);

        await AccountRow.BanAsync(Site.App, account, Until);

        Assert.Equal(("spent", 410), await (await form.ChooseTooLateAsync(account.NewPassword())).VerdictAsync());
        await (await SignInPage.OpenAsync(tab)).EnterInVainAsync(account.Email, account.Password);
        await session.GoAsync("/account");
        await SignInPage.AtAsync(session);
        var console = await NewBrowserAsync();
        var file = await (await ConsolePage.OpenAsync(console, admin)).FindAsync(account);
        await Assertions.Expect(console.Page.Locator("dl.facts")).ToContainTextAsync("Locked until 2999-01-01");

        await file.ActAsync("Unlock", "appeal granted");
        await Assertions.Expect(file.Done).ToBeVisibleAsync();
        await (await SignInPage.OpenAsync(tab)).EnterAsync(account);
    }

    [Fact]
    public async Task An_open_page_of_an_admin_ends_within_ten_seconds_after_a_ban()
    {
        Assert.SkipWhen(Site.IsDeployed, "Writes to the accounts as another application would.");
        var admin = await NewAccountAsync(AccountKind.Admin);
        var trail = await TrailPage.OpenAsync(await NewBrowserAsync(), admin);

        await AccountRow.BanAsync(Site.App, admin, Until);

        await Assertions.Expect(trail.Tab.Page).ToHaveURLAsync(new Regex("/sign-in"), new() { Timeout = TenSeconds });
    }
}
