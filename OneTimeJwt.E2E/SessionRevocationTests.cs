using System.Text.RegularExpressions;
using Microsoft.Playwright;
using OneTimeJwt.E2E.Infrastructure;
using OneTimeJwt.E2E.Pages;
using OneTimeJwt.E2E.Reporting;

namespace OneTimeJwt.E2E;

/// <summary>A reset ends what was open before, and opens nothing itself.</summary>
[Purpose("reset")]
[Role("user")]
[Size("desktop")]
public sealed partial class SessionRevocationTests(Suite suite) : BrowserTest(suite)
{
    private const int TenSeconds = 10_000;

    [Fact]
    [Guarantee(10)]
    public async Task A_reset_ends_the_session_of_another_browser_at_its_next_request()
    {
        var account = await NewAccountAsync();
        var other = await (await SignInPage.OpenAsync(await NewBrowserAsync())).EnterAsync(account);
        var link = await Site.MailLinkAsync(account);
        await AccountPage.OpenAsync(other.Tab);
        await ResetAsync(link, account.NewPassword());

        await SignInPage.OpenAsync(other.Tab, "/account");
    }

    [Fact]
    public async Task Asking_for_a_link_ends_no_session()
    {
        var account = await NewAccountAsync();
        var own = await (await SignInPage.OpenAsync(await NewBrowserAsync())).EnterAsync(account);
        await Site.MailLinkAsync(account);

        await AccountPage.OpenAsync(own.Tab);
    }

    [Fact]
    [Guarantee(10)]
    public async Task An_open_page_of_an_admin_ends_within_ten_seconds_after_a_reset()
    {
        var admin = await NewAccountAsync(AccountKind.Admin);
        var trail = await TrailPage.OpenAsync(await NewBrowserAsync(), admin);
        var link = await Site.MailLinkAsync(admin);
        // The page is alive: it shows that the link was asked for without being told to.
        await Assertions.Expect(trail.Rows.Filter(new() { HasText = admin.Email }).First).ToBeVisibleAsync();

        await ResetAsync(link, admin.NewPassword());
        await Assertions.Expect(trail.Tab.Page).ToHaveURLAsync(SignInAddress(), new() { Timeout = TenSeconds });
        await SignInPage.OpenAsync(trail.Tab, "/admin/trail");
    }

    [Fact]
    public async Task A_reset_signs_nobody_in()
    {
        var account = await NewAccountAsync();
        var done = await ResetAsync(await Site.MailLinkAsync(account), account.NewPassword());

        await SignInPage.OpenAsync(done.Tab, "/account");
    }

    [Fact]
    public async Task A_reset_leaves_the_second_step_on()
    {
        var account = await NewAccountAsync(AccountKind.TwoFactor);
        var password = account.NewPassword();
        var done = await ResetAsync(await Site.MailLinkAsync(account), password);

        var second = await (await done.SignInAsync()).EnterFirstStepAsync(account, password);
        await second.EnterAsync(Totp.Code(account.AuthenticatorKey!, DateTimeOffset.UtcNow));
    }

    private async Task<PasswordChangedPage> ResetAsync(string link, string password) =>
        await (await ResetPasswordPage.OpenAsync(await NewBrowserAsync(), link)).ChooseAsync(password);

    [GeneratedRegex("/sign-in")]
    private static partial Regex SignInAddress();
}
