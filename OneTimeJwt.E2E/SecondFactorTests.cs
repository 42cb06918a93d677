using Microsoft.Playwright;
using OneTimeJwt.E2E.Infrastructure;
using OneTimeJwt.E2E.Pages;
using OneTimeJwt.E2E.Reporting;

namespace OneTimeJwt.E2E;

[Role("user")]
[Size("desktop")]
public sealed class SecondFactorTests(Suite suite) : BrowserTest(suite)
{
    [Fact]
    public async Task An_app_is_set_up_from_the_page_and_its_codes_are_shown_once()
    {
        _ = Site.App;
        var account = await NewAccountAsync();
        var tab = await NewBrowserAsync();
        var own = await (await SignInPage.OpenAsync(tab)).EnterAsync(account);
        var app = await (await own.OpenSecondFactorAsync()).SetUpAppAsync();
        await Assertions.Expect(app.QrCode.Locator("svg")).ToBeVisibleAsync();
        var key = await app.KeyAsync();
        await Assertions
            .Expect(app.OpenInApp)
            .ToHaveAttributeAsync(
                "href",
                $"otpauth://totp/localhost:{Uri.EscapeDataString(account.Email)}?secret={key}&issuer=localhost");

        var codes = await app.ConfirmAsync(account.Password);
        await Assertions.Expect(codes.Codes).ToHaveCountAsync(10);
        var first = await codes.Codes.First.InnerTextAsync();
        await Assertions.Expect((await codes.GoOnAsync()).TurnOff).ToBeVisibleAsync();
        await Assertions.Expect(tab.Page.GetByText(first)).ToHaveCountAsync(0);

        var second = await (await SignInPage.OpenAsync(await NewBrowserAsync())).EnterFirstStepAsync(account);
        await second.EnterAsync(first);
        second = await (await SignInPage.OpenAsync(await NewBrowserAsync())).EnterFirstStepAsync(account);
        await second.EnterAsync(Totp.Code(key, DateTimeOffset.UtcNow));
    }

    [Fact]
    public async Task A_passkey_is_added_stands_for_the_second_step_and_for_both_and_is_removed()
    {
        _ = Site.App;
        var account = await NewAccountAsync();
        var tab = await NewBrowserAsync();
        await VirtualAuthenticator.PlugIntoAsync(tab);
        var own = await (await SignInPage.OpenAsync(tab)).EnterAsync(account);
        var page = await (await (await own.OpenSecondFactorAsync()).BeginPasskeyAsync()).ConfirmAsync(account.Password);
        var factor = await (await page.AddFirstAsync("<b>My phone</b>")).GoOnAsync();
        await Assertions.Expect(factor.Passkeys).ToContainTextAsync("<b>My phone</b>");

        await (await AccountPage.OpenAsync(tab)).SignOutAsync();
        var second = await (await SignInPage.OpenAsync(tab)).EnterFirstStepAsync(account);
        own = await second.UsePasskeyAsync();
        await own.SignOutAsync();

        await tab.GoAsync("/sign-in/passkey");
        await tab.LeaveByAsync(() => tab.Page.GetByRole(AriaRole.Button, new() { Name = "Use a passkey" }).ClickAsync());
        own = await AccountPage.AtAsync(tab);
        var proof = tab.Posted;
        await Assertions.Expect(own.Definitions.First).ToHaveTextAsync(account.Email);
        await own.SignOutAsync();
        Assert.Equal(422, (await tab.PostAgainAsync("/sign-in/passkey", proof)).Status);
        await SignInPage.OpenAsync(tab, "/account");

        own = await (await (await SignInPage.OpenAsync(tab)).EnterFirstStepAsync(account)).UsePasskeyAsync();
        var gone = await (await (await own.OpenSecondFactorAsync()).RemovePasskeyAsync("<b>My phone</b>")).ConfirmChangeAsync(
            account.Password);
        await Assertions.Expect(gone.Saved).ToBeVisibleAsync();
        await Assertions.Expect(gone.TurnOff).ToHaveCountAsync(0);
        await (await SignInPage.OpenAsync(await NewBrowserAsync())).EnterAsync(account);
    }

    [Fact]
    public async Task A_browser_that_gives_no_passkey_says_so_and_may_try_again()
    {
        var tab = await NewBrowserAsync();
        await VirtualAuthenticator.PlugIntoAsync(tab);
        await tab.GoAsync("/sign-in/passkey");

        await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Use a passkey" }).ClickAsync();

        await Assertions.Expect(tab.Page.GetByRole(AriaRole.Alert)).ToContainTextAsync("Your browser gave no passkey");
    }

    [Fact]
    public async Task Who_has_a_factor_of_another_application_signs_in_with_a_mailed_code_and_sets_one_up_here()
    {
        var account = await NewAccountAsync();
        await AccountRow.TurnTwoFactorOnAsync(Site.App, account);
        var tab = await NewBrowserAsync();
        var step = await (await SignInPage.OpenAsync(tab)).EnterPasswordAsync(account);
        var first = (await Site.Inbox.NextAsync(account.Email, InboxFolder.CodeSubject)).Code;
        step = await step.EnterInVainAsync(first == "000000" ? "000001" : "000000");
        await Assertions.Expect(step.Problem).ToBeFocusedAsync();
        step = await step.MailAnotherAsync();
        await Assertions.Expect(step.Another).ToContainTextAsync("on its way");
        var code = (await Site.Inbox.NextAsync(account.Email, InboxFolder.CodeSubject)).Code;

        var own = await step.EnterAsync(code);

        await Assertions.Expect(own.Definitions.Nth(1)).ToHaveTextAsync("On, with codes that we mail to you");
        step = await (await SignInPage.OpenAsync(await NewBrowserAsync())).EnterPasswordAsync(account);
        await step.EnterInVainAsync(code);
        var codes = await (await (await own.OpenSecondFactorAsync()).SetUpAppAsync()).ConfirmAsync(account.Password);
        await Assertions.Expect((await codes.GoOnAsync()).TurnOff).ToBeVisibleAsync();
        await (await SignInPage.OpenAsync(await NewBrowserAsync())).EnterFirstStepAsync(account);
    }

    [Fact]
    [Role("admin")]
    public async Task An_admin_without_a_second_factor_gets_a_code_by_mail_before_one_is_set_up()
    {
        var admin = await NewAccountAsync(AccountKind.Admin);
        var tab = await NewBrowserAsync();
        _ = Site.App;
        await (await SignInPage.OpenAsync(tab)).EnterAsync(admin);
        await tab.GoAsync($"{SecondFactorPage.Path}/authenticator");
        var step = await (await StepUpPage.AtAsync(tab)).MailCodeAsync();

        await step.PassAsync((await Site.Inbox.NextAsync(admin.Email, InboxFolder.CodeSubject)).Code);

        await (await AuthenticatorPage.AtAsync(tab)).ConfirmAsync(admin.Password);
    }

    [Fact]
    [Guarantee(2)]
    [Purpose("invite")]
    public async Task An_invitation_leads_from_the_command_line_to_the_console_and_works_once()
    {
        var address = $"first-{Guid.NewGuid():N}@example.org";
        var link = await Site.InviteToConsoleAsync(address);
        var tab = await NewBrowserAsync();
        var password = TestAccount.MakePassword();
        var invitation = await InvitationPage.OpenAsync(tab, link);
        await invitation.ChooseInVainAsync("short");

        var signIn = await invitation.ChooseAsync(password);
        await signIn.EnterAsync(new TestAccount { Email = address, Password = password });
        await tab.GoAsync("/admin/trail");
        await Assertions.Expect(tab.Page.GetByRole(AriaRole.List, new() { Name = "Trail" })).ToBeVisibleAsync();

        Assert.Equal(("spent", 410), await (await InvalidLinkPage.OpenAsync(await NewBrowserAsync(), link)).VerdictAsync());
    }
}
