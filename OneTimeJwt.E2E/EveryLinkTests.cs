using Microsoft.Playwright;
using OneTimeJwt.E2E.Infrastructure;
using OneTimeJwt.E2E.Pages;
using OneTimeJwt.E2E.Reporting;

namespace OneTimeJwt.E2E;

/// <summary>Each kind of link, walked as its user does.</summary>
[Role("user")]
[Size("desktop")]
public sealed class EveryLinkTests(Suite suite) : LinkTest(suite)
{
    private const int Lingering = 60_000;

    private static string NewAddress => $"moved-{Guid.NewGuid():N}@example.org";

    [Fact]
    [Guarantee(2)]
    [Purpose("confirm")]
    public async Task Whoever_is_unconfirmed_asks_from_sign_in_confirms_and_signs_in()
    {
        Assert.SkipWhen(Site.IsDeployed, "Leaves an account confirmed.");
        var account = await NewAccountAsync(AccountKind.Unconfirmed);
        var tab = await NewBrowserAsync();
        var refused = await (await SignInPage.OpenAsync(tab)).EnterInVainAsync(account.Email, account.Password);
        await (await refused.ConfirmAddressAsync()).AskAsync(account.Email);

        var link = (await Site.Inbox.NextAsync(account.Email, InboxFolder.ConfirmSubject)).Link;
        var signIn = await (await ConfirmActionPage.OpenAsync(tab, link)).UseAsync(account.Email);
        await signIn.EnterAsync(account);

        Assert.Equal(Spent, await (await InvalidLinkPage.OpenAsync(await NewBrowserAsync(), link)).VerdictAsync());
    }

    [Fact]
    [Guarantee(2, 10)]
    [Purpose("change", "secure")]
    public async Task A_signed_in_user_moves_to_another_address_and_is_told_at_the_old_one()
    {
        Assert.SkipWhen(Site.IsDeployed, "Leaves an account with another address.");
        var (account, wanted) = (await NewAccountAsync(), NewAddress);
        var tab = await NewBrowserAsync();
        var own = await (await SignInPage.OpenAsync(tab)).EnterAsync(account);
        var page = await (await own.OpenAddressAsync()).AskInVainAsync(wanted, "not my password");
        await page.AskAsync(wanted, account.Password);

        var link = (await Site.Inbox.NextAsync(wanted, InboxFolder.ChangeSubject)).Link;
        var signIn = await (await ConfirmActionPage.OpenAsync(tab, link)).UseAsync(account.Email);
        await signIn.EnterInVainAsync(account.Email, account.Password);
        await (await SignInPage.OpenAsync(tab)).EnterAsync(account with { Email = wanted });

        Assert.Contains(
            "/secure-account?token=",
            (await Site.Inbox.NextAsync(account.Email, InboxFolder.AddressNoticeSubject)).Link,
            StringComparison.Ordinal);
        Assert.Equal(Spent, await (await InvalidLinkPage.OpenAsync(await NewBrowserAsync(), link)).VerdictAsync());
    }

    [Fact]
    [Guarantee(10)]
    [Purpose("secure", "reset")]
    public async Task An_owner_takes_an_account_back_from_somebody_who_changed_password_and_address()
    {
        Assert.SkipWhen(Site.IsDeployed, "Locks an account.");
        var (account, his) = (await NewAccountAsync(), NewAddress);
        var intruder = await NewBrowserAsync();
        var own = await (await SignInPage.OpenAsync(intruder)).EnterAsync(account);
        var password = account.NewPassword();
        own = await own.ChangePasswordAsync(account.Password, password);
        await (await own.OpenAddressAsync()).AskAsync(his, password);
        var stolen = await (
            await ConfirmActionPage.OpenAsync(intruder, (await Site.Inbox.NextAsync(his, InboxFolder.ChangeSubject)).Link)
        ).UseAsync(account.Email);
        await stolen.EnterAsync(account with { Email = his }, password);

        var owner = await NewBrowserAsync();
        var notice = await Site.Inbox.NextAsync(account.Email, InboxFolder.NoticeSubject);
        await (await ConfirmActionPage.OpenAsync(owner, notice.Link)).FinishAsync(account.Email);

        await intruder.GoAsync("/account");
        await (await SignInPage.AtAsync(intruder)).EnterInVainAsync(his, password);
        var fresh = (await Site.Inbox.NextAsync(account.Email, InboxFolder.ResetSubject)).Link;
        var chosen = account.NewPassword();
        var signIn = await (await (await ResetPasswordPage.OpenAsync(owner, fresh)).ChooseAsync(chosen)).SignInAsync();
        await signIn.EnterAsync(account, chosen);
    }

    [Fact]
    [Purpose("invite")]
    public async Task An_admin_invites_by_a_file_and_the_guest_chooses_a_password_and_signs_in()
    {
        Assert.SkipWhen(Site.IsDeployed, "Makes an account.");
        var address = $"guest-{Guid.NewGuid():N}@example.org";
        var console = await NewBrowserAsync();
        await ConsolePage.EnterAsync(console, await NewAccountAsync(AccountKind.Admin), "/admin/invite");
        var page = new InvitePage(console);
        await page.SendFileAsync($"name,email\nGuest,{address}\nNobody,nonsense\n", "They start on Monday.");
        await Assertions.Expect(page.Status).ToHaveTextAsync("Invited: 1");

        var link = (await Site.Inbox.NextAsync(address, InboxFolder.InvitationSubject)).Link;
        var password = TestAccount.MakePassword();
        var signIn = await (await InvitationPage.OpenAsync(await NewBrowserAsync(), link)).ChooseAsync(password);
        await signIn.EnterAsync(new TestAccount { Email = address, Password = password });
    }

    [Theory]
    [InlineData("reset")]
    [InlineData("invite")]
    [InlineData("confirm")]
    [InlineData("change")]
    [InlineData("secure")]
    [Guarantee(6)]
    [Purpose("reset", "invite", "confirm", "change", "secure")]
    public async Task A_browser_that_runs_scripts_and_follows_redirects_spends_nothing(string purpose)
    {
        Assert.SkipWhen(Site.IsDeployed, "Uses links up.");
        var account = await NewAccountAsync(KindFor(purpose));
        var link = await Site.MailLinkAsync(purpose, account);
        var scanner = await NewBrowserAsync();
        // It lingers, by a clock that can be wound on: whatever a page does after a while would be seen.
        await scanner.Page.Clock.InstallAsync();
        for (var i = 0; i < 2; i++)
        {
            await scanner.GoAsync(link);
            await scanner.Page.EvaluateAsync("() => { document.body.click(); window.scrollTo(0, document.body.scrollHeight); }");
            await scanner.Page.Clock.RunForAsync(Lingering);
            await scanner.Page.WaitForLoadStateAsync(LoadState.NetworkIdle);
            Assert.Equal(200, scanner.Status);
            Assert.Equal("", scanner.Posted);
        }

        // What a sandbox does that clicks. Where a password is wanted, the browser itself sends nothing without one.
        if (purpose is not ("reset" or "invite"))
        {
            await scanner.LeaveByAsync(() => scanner.Page.Locator("main button[type=submit]").First.ClickAsync());
            Assert.Equal(422, scanner.Status);
        }

        await UseAsync(purpose, link, account);
    }

    [Fact]
    [Guarantee(6)]
    [Purpose("reset", "secure")]
    public async Task A_sandbox_that_clicks_what_is_mailed_locks_nobody_out_however_often_they_reset()
    {
        Assert.SkipWhen(Site.IsDeployed, "Leaves an account with another password.");
        var account = await NewAccountAsync();
        var sandbox = await NewBrowserAsync();
        for (var round = 0; round < 3; round++)
        {
            var password = account.NewPassword();
            await RedeemAsync(await Site.MailLinkAsync(account), password);

            await sandbox.GoAsync((await Site.Inbox.NextAsync(account.Email, InboxFolder.NoticeSubject)).Link);
            await sandbox.LeaveByAsync(() => sandbox.Page.Locator("main button[type=submit]").First.ClickAsync());
            Assert.Equal(422, sandbox.Status);

            await SignsInAsync(account, password);
        }
    }

    [Fact]
    [Purpose("confirm")]
    public async Task Without_JavaScript_a_button_works_as_well()
    {
        Assert.SkipWhen(Site.IsDeployed, "Leaves an account confirmed.");
        var account = await NewAccountAsync(AccountKind.Unconfirmed);
        var link = await Site.MailConfirmLinkAsync(account);
        var tab = await NewBrowserAsync(new() { JavaScriptEnabled = false });

        await (await ConfirmActionPage.OpenAsync(tab, link)).FinishAsync(account.Email);
    }
}
