using OneTimeJwt.E2E.Infrastructure;
using OneTimeJwt.E2E.Pages;

namespace OneTimeJwt.E2E;

/// <summary>Leads to every page in every state that people see it in.</summary>
public abstract class PageTour(Suite suite) : BrowserTest(suite)
{
    private static readonly string[] AccountPrefixes =
    [
        "two-factor",
        "account",
        "second-factor",
        "authenticator",
        "recovery-codes",
        "passkey",
        "invitation",
        "address",
        "confirm",
        "change",
        "secure",
    ];

    private static readonly Dictionary<string, Func<PageTour, Tab, Task>> Stations = new()
    {
        ["home"] = (_, tab) => HomePage.OpenAsync(tab),
        ["how-it-works"] = async (_, tab) => await (await HomePage.OpenAsync(tab)).HowItWorksAsync(),
        ["forgot"] = (_, tab) => ForgotPasswordPage.OpenAsync(tab),
        ["forgot-error"] = async (_, tab) =>
            await (await ForgotPasswordPage.OpenAsync(tab)).AskInVainAsync($"{new string('a', 300)}@example.org"),
        ["forgot-no-cookie"] = async (_, tab) => await AskWithoutCookieAsync(tab),
        ["sent"] = async (_, tab) => await (await ForgotPasswordPage.OpenAsync(tab)).AskAsync("nobody@example.org"),
        ["reset-form"] = async (tour, tab) => await tour.OpenFormAsync(tab),
        ["reset-error"] = async (tour, tab) => await (await tour.OpenFormAsync(tab)).ChooseInVainAsync("short"),
        ["reset-repeats"] = async (tour, tab) => await (await tour.OpenFormAsync(tab)).ChooseInVainAsync("пароль пароль пароль"),
        ["done"] = async (tour, tab) => await tour.ResetAsync(tab),
        ["reset-form-shared"] = async (tour, tab) => await tour.OpenSharedFormAsync(tab),
        ["done-shared"] = async (tour, tab) => await (await tour.OpenSharedFormAsync(tab)).SendAsync("an owl in the third lighthouse"),
        ["dead-used"] = async (tour, tab) => await InvalidLinkPage.OpenAsync(tab, await tour.ResetAsync(tab)),
        ["dead-spent"] = async (tour, tab) =>
            await InvalidLinkPage.OpenAsync(tab, (await tour.Site.MailLinkAsync(await tour.NewAccountAsync()))[..^5] + "AAAAA"),
        ["dead-expired"] = async (tour, tab) => await InvalidLinkPage.OpenAsync(tab, (await tour.Suite.ExpiredLinkAsync()).Link),
        ["dead-invalid"] = (_, tab) => InvalidLinkPage.OpenAsync(tab, "/reset-password?token=half"),
        ["sign-in"] = (_, tab) => SignInPage.OpenAsync(tab),
        ["sign-in-error"] = async (_, tab) => await (await SignInPage.OpenAsync(tab)).EnterInVainAsync("nobody@example.org", "nothing"),
        ["two-factor"] = async (tour, tab) => await tour.EnterFirstStepAsync(tab),
        ["two-factor-error"] = async (tour, tab) => await (await tour.EnterFirstStepAsync(tab)).EnterInVainAsync("wrong"),
        ["two-factor-mail"] = async (tour, tab) => await tour.EnterPasswordAsync(tab),
        ["two-factor-mail-error"] = async (tour, tab) => await (await tour.EnterPasswordAsync(tab)).EnterInVainAsync("000000"),
        ["two-factor-mail-again"] = async (tour, tab) => await (await tour.EnterPasswordAsync(tab)).MailAnotherAsync(),
        ["two-factor-mail-no-more"] = async (tour, tab) => await tour.UseCodesUpAsync(tab),
        ["account-by-mail"] = async (tour, tab) => await tour.EnterByMailAsync(tab),
        ["account-verify"] = async (tour, tab) => await tour.StepUpAsync(tab),
        ["second-factor-elsewhere"] = async (tour, tab) => await (await tour.EnterByMailAsync(tab)).OpenSecondFactorAsync(),
        ["second-factor-console"] = async (tour, tab) =>
            await (await (await SignInPage.OpenAsync(tab)).EnterAsync(await tour.NewAccountAsync(AccountKind.Admin))).Tab.GoAsync(
                $"{SecondFactorPage.Path}?returnUrl=/admin"),
        ["account"] = async (tour, tab) => await tour.SignInAsync(tab),
        ["account-error"] = async (tour, tab) => await (await tour.SignInAsync(tab)).ChangePasswordAsync("wrong", "short"),
        ["account-shared"] = async (tour, tab) => await tour.SignInSharedAsync(tab),
        ["account-changed"] = async (tour, tab) => await tour.ChangePasswordAsync(tab),
        ["second-factor-off"] = async (tour, tab) => await (await tour.SignInAsync(tab)).OpenSecondFactorAsync(),
        ["second-factor-on"] = async (tour, tab) => await (await tour.SetUpAsync(tab)).GoOnAsync(),
        ["authenticator"] = async (tour, tab) => await (await (await tour.SignInAsync(tab)).OpenSecondFactorAsync()).SetUpAppAsync(),
        ["authenticator-error"] = async (tour, tab) =>
            await (await (await (await tour.SignInAsync(tab)).OpenSecondFactorAsync()).SetUpAppAsync()).ConfirmInVainAsync(
                "000000",
                "wrong"),
        ["recovery-codes"] = async (tour, tab) => await tour.SetUpAsync(tab),
        ["passkey-confirmation"] = async (tour, tab) =>
            await (await (await tour.SignInAsync(tab)).OpenSecondFactorAsync()).BeginPasskeyAsync(),
        ["passkey-confirmation-error"] = async (tour, tab) =>
            await (await (await (await tour.SignInAsync(tab)).OpenSecondFactorAsync()).BeginPasskeyAsync()).ConfirmInVainAsync("wrong"),
        ["passkey"] = async (tour, tab) => await tour.OpenPasskeyAsync(tab),
        ["passkey-sign-in"] = (_, tab) => tab.GoAsync("/sign-in/passkey"),
        ["invitation"] = async (tour, tab) => await InvitationPage.OpenAsync(tab, await tour.Site.InviteAsync()),
        ["invitation-error"] = async (tour, tab) =>
            await (await InvitationPage.OpenAsync(tab, await tour.Site.InviteAsync())).ChooseInVainAsync("short"),
        ["invitation-done"] = (_, tab) => tab.GoAsync("/invitation/done"),
        ["confirm-ask"] = (_, tab) => ConfirmAddressPage.OpenAsync(tab),
        ["confirm-ask-error"] = async (_, tab) =>
            await (await ConfirmAddressPage.OpenAsync(tab)).AskInVainAsync($"{new string('a', 300)}@example.org"),
        ["confirm-sent"] = async (_, tab) => await (await ConfirmAddressPage.OpenAsync(tab)).AskAsync("nobody@example.org"),
        ["confirm"] = async (tour, tab) =>
            await ConfirmActionPage.OpenAsync(
                tab,
                await tour.Site.MailConfirmLinkAsync(await tour.NewAccountAsync(AccountKind.Unconfirmed))),
        ["confirm-done"] = (_, tab) => tab.GoAsync("/confirm-email/done"),
        ["address"] = async (tour, tab) => await (await tour.SignInAsync(tab)).OpenAddressAsync(),
        ["address-error"] = async (tour, tab) =>
            await (await (await tour.SignInAsync(tab)).OpenAddressAsync()).AskInVainAsync("ada@example.org", "wrong"),
        ["address-sent"] = async (tour, tab) => await (await tour.SignInAsync(tab)).Tab.GoAsync("/account/email/sent"),
        ["change"] = async (tour, tab) =>
            await ConfirmActionPage.OpenAsync(
                tab,
                await tour.Site.MailChangeLinkAsync(await tour.NewAccountAsync(), People.NextAddress())),
        ["change-error"] = async (tour, tab) =>
            await (
                await ConfirmActionPage.OpenAsync(
                    tab,
                    await tour.Site.MailChangeLinkAsync(await tour.NewAccountAsync(), People.NextAddress()))
            ).UseInVainAsync("ada@example.org"),
        ["change-done"] = (_, tab) => tab.GoAsync("/change-email/done"),
        ["secure"] = async (tour, tab) =>
            await ConfirmActionPage.OpenAsync(tab, await tour.Site.MailSecureLinkAsync(await tour.NewAccountAsync())),
        ["secure-done"] = (_, tab) => tab.GoAsync("/secure-account/done"),
        ["not-found"] = (_, tab) => tab.GoAsync("/no-such-page"),
        ["forbidden"] = async (tour, tab) => await (await tour.SignInAsync(tab)).Tab.GoAsync("/admin/trail"),
        ["dev-inbox"] = (tour, tab) => tour.OpenInboxAsync(tab),
        ["admin-accounts"] = async (tour, tab) => await tour.FindAsync(tab),
        ["admin-account"] = async (tour, tab) => await tour.OpenAccountAsync(tab),
        ["admin-confirm"] = async (tour, tab) => await (await tour.OpenAccountAsync(tab)).ChooseAsync("Require a reset"),
        ["admin-dashboard"] = async (tour, tab) =>
            await ConsolePage.EnterAsync(tab, await tour.NewAccountAsync(AccountKind.Admin), "/admin/glance"),
        ["admin-trail"] = async (tour, tab) => await TrailPage.OpenAsync(tab, await tour.NewAccountAsync(AccountKind.Admin)),
        ["admin-bulk"] = async (tour, tab) =>
            await ConsolePage.EnterAsync(tab, await tour.NewAccountAsync(AccountKind.Admin), "/admin/bulk"),
        ["admin-invite"] = async (tour, tab) =>
            await ConsolePage.EnterAsync(tab, await tour.NewAccountAsync(AccountKind.Admin), "/admin/invite"),
        ["admin-invited"] = async (tour, tab) => await tour.InviteAsync(tab),
        ["admin-campaign"] = async (tour, tab) => await tour.RunCampaignAsync(tab),
        ["admin-campaign-draft"] = async (tour, tab) => await tour.DraftCampaignAsync(tab),
        ["admin-campaign-list"] = async (tour, tab) => await tour.GatherCampaignAsync(tab),
        ["admin-bulk-problem"] = async (tour, tab) => await tour.UploadTooMuchAsync(tab),
        ["admin-filters"] = async (tour, tab) => await tour.SaveFilterAsync(tab),
        ["admin-keys"] = async (tour, tab) =>
            await ConsolePage.EnterAsync(tab, await tour.NewAccountAsync(AccountKind.Admin), "/admin/keys"),
        ["admin-key-made"] = async (tour, tab) => await tour.MakeKeyAsync(tab),
    };

    protected static IEnumerable<string> States => Stations.Keys;

    protected static IEnumerable<string> PagesOfAccounts =>
        States.Where(state => AccountPrefixes.Any(prefix => state.StartsWith(prefix, StringComparison.Ordinal)));

    protected static IEnumerable<string> PagesOfTheConsole => States.Where(state => state.StartsWith("admin", StringComparison.Ordinal));

    protected async Task<Tab> VisitAsync(string state, string language = "en-US")
    {
        var tab = await NewBrowserAsync(new() { Locale = language });
        await Stations[state](this, tab);
        return tab;
    }

    private static async Task AskWithoutCookieAsync(Tab tab)
    {
        var forgot = await ForgotPasswordPage.OpenAsync(tab);
        await tab.Page.Context.ClearCookiesAsync();
        await forgot.AskInVainAsync("ada@example.org");
    }

    private async Task<ResetPasswordPage> OpenFormAsync(Tab tab) =>
        await ResetPasswordPage.OpenAsync(tab, await Site.MailLinkAsync(await NewAccountAsync()));

    private async Task<TestAccount> ShareAsync(string name)
    {
        var (account, other) = (await NewAccountAsync(), await NewAccountAsync());
        await AccountRow.ShareAsync(Site.App, account, other.Email, name);
        return account with { Email = other.Email };
    }

    private async Task<ResetPasswordPage> OpenSharedFormAsync(Tab tab) =>
        await ResetPasswordPage.OpenAsync(tab, await Site.MailLinkAsync(await ShareAsync(People.NextName())));

    private async Task SignInSharedAsync(Tab tab)
    {
        var name = People.NextName();
        await (await SignInPage.OpenAsync(tab)).EnterAsync((await ShareAsync(name)) with { Email = name });
    }

    private async Task<string> ResetAsync(Tab tab)
    {
        var account = await NewAccountAsync();
        var link = await Site.MailLinkAsync(account);
        await (await ResetPasswordPage.OpenAsync(tab, link)).ChooseAsync(account.NewPassword());
        return link;
    }

    private async Task<TwoFactorPage> EnterFirstStepAsync(Tab tab) =>
        await (await SignInPage.OpenAsync(tab)).EnterFirstStepAsync(await NewAccountAsync(AccountKind.TwoFactor));

    private async Task<MailedCodePage> EnterPasswordAsync(Tab tab)
    {
        var account = await NewAccountAsync();
        await AccountRow.TurnTwoFactorOnAsync(Site.App, account);
        return await (await SignInPage.OpenAsync(tab)).EnterPasswordAsync(account);
    }

    private async Task UseCodesUpAsync(Tab tab)
    {
        var account = await NewAccountAsync();
        await AccountRow.TurnTwoFactorOnAsync(Site.App, account);
        var page = await (await SignInPage.OpenAsync(tab)).EnterPasswordAsync(account);
        for (var mails = 1; mails <= 5; mails++)
        {
            await Site.Inbox.NextAsync(account.Email, tab.Say(InboxFolder.CodeSubject));
            if (mails < 5)
                page = await page.MailAnotherAsync();
        }

        await tab.GoAsync("/sign-in/two-factor");
    }

    private async Task<AccountPage> EnterByMailAsync(Tab tab)
    {
        var account = await NewAccountAsync();
        await AccountRow.TurnTwoFactorOnAsync(Site.App, account);
        var page = await (await SignInPage.OpenAsync(tab)).EnterPasswordAsync(account);
        return await page.EnterAsync((await Site.Inbox.NextAsync(account.Email, tab.Say(InboxFolder.CodeSubject))).Code);
    }

    private async Task StepUpAsync(Tab tab)
    {
        await (await SignInPage.OpenAsync(tab)).EnterAsync(await NewAccountAsync(AccountKind.Admin));
        await tab.GoAsync(AddressPage.Path);
        await StepUpPage.AtAsync(tab);
    }

    private async Task<AccountPage> SignInAsync(Tab tab) =>
        await (await SignInPage.OpenAsync(tab)).EnterAsync(await NewAccountAsync());

    private async Task<RecoveryCodesPage> SetUpAsync(Tab tab)
    {
        var account = await NewAccountAsync();
        var own = await (await SignInPage.OpenAsync(tab)).EnterAsync(account);
        return await (await (await own.OpenSecondFactorAsync()).SetUpAppAsync()).ConfirmAsync(account.Password);
    }

    private async Task<PasskeyPage> OpenPasskeyAsync(Tab tab)
    {
        var account = await NewAccountAsync();
        var own = await (await SignInPage.OpenAsync(tab)).EnterAsync(account);
        return await (await (await own.OpenSecondFactorAsync()).BeginPasskeyAsync()).ConfirmAsync(account.Password);
    }

    private async Task ChangePasswordAsync(Tab tab)
    {
        var account = await NewAccountAsync();
        var own = await (await SignInPage.OpenAsync(tab)).EnterAsync(account);
        await own.ChangePasswordAsync(account.Password, account.NewPassword());
    }

    private async Task FindAsync(Tab tab)
    {
        await ConsolePage.EnterAsync(tab, await NewAccountAsync(AccountKind.Support), "/admin?q=a");
        await Microsoft.Playwright.Assertions.Expect(new ConsolePage(tab).Hits.First).ToBeVisibleAsync();
    }

    private async Task<AccountDetailsPage> OpenAccountAsync(Tab tab)
    {
        var account = await NewAccountAsync();
        await Site.MailLinkAsync(account);
        return await (await ConsolePage.OpenAsync(tab, await NewAccountAsync(AccountKind.Admin))).FindAsync(account);
    }

    private async Task RunCampaignAsync(Tab tab)
    {
        var accounts = new[] { await NewAccountAsync(), await NewAccountAsync(), await NewAccountAsync() };
        await ConsolePage.EnterAsync(tab, await NewAccountAsync(AccountKind.Admin), "/admin/bulk");
        var campaign = await new BulkPage(tab).ChooseAsync([.. accounts.Select(account => account.Email), "nobody@example.org"]);
        await campaign.StartAsync(accounts.Length);
    }

    private async Task<CampaignPage> DraftCampaignAsync(Tab tab)
    {
        var (account, other) = (await NewAccountAsync(), await NewAccountAsync());
        await ConsolePage.EnterAsync(tab, await NewAccountAsync(AccountKind.Admin), "/admin/bulk");
        return await new BulkPage(tab).ChooseAsync([account.Email, other.Email, account.Email, "nobody@example.org"]);
    }

    private async Task GatherCampaignAsync(Tab tab)
    {
        var admin = await NewAccountAsync(AccountKind.Admin);
        var id = await CampaignRows.GatherAsync(Site.App, admin);
        await ConsolePage.EnterAsync(tab, admin, $"/admin/bulk/{id}");
    }

    private async Task UploadTooMuchAsync(Tab tab)
    {
        await ConsolePage.EnterAsync(tab, await NewAccountAsync(AccountKind.Admin), "/admin/bulk");
        await new BulkPage(tab).UploadInVainAsync(new byte[17 * 1024 * 1024]);
    }

    private async Task SaveFilterAsync(Tab tab)
    {
        await ConsolePage.EnterAsync(tab, await NewAccountAsync(AccountKind.Support), "/admin?filter=locked");
        await new ConsolePage(tab).SaveFilterAsync("Locked ones");
        await new ConsolePage(tab).SaveFilterAsync("Locked, to be called");
    }

    private async Task MakeKeyAsync(Tab tab)
    {
        await ConsolePage.EnterAsync(tab, await NewAccountAsync(AccountKind.Admin), "/admin/keys");
        await tab.Page.Locator("#name").FillAsync("Ticket system");
        await tab.Page.Locator("#networks").FillAsync("192.0.2.0/24");
        await tab.Page.Locator("#reason").FillAsync("Ticket 4711");
        await tab.LeaveByAsync(() => tab.Page.Locator("form.invite button").First.ClickAsync());
    }

    private async Task InviteAsync(Tab tab)
    {
        await ConsolePage.EnterAsync(tab, await NewAccountAsync(AccountKind.Admin), "/admin/invite");
        await new InvitePage(tab).SendAsync([People.NextAddress(), "nonsense"], "They start on Monday.");
    }

    private async Task OpenInboxAsync(Tab tab)
    {
        await Site.MailLinkAsync(await NewAccountAsync());
        await tab.GoAsync("/dev/inbox");
    }
}
