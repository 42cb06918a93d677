using System.Text.RegularExpressions;
using Microsoft.Playwright;
using OneTimeJwt.E2E.Infrastructure;
using OneTimeJwt.E2E.Pages;
using OneTimeJwt.E2E.Reporting;

namespace OneTimeJwt.E2E;

[Purpose("reset")]
[Role("user")]
[Size("desktop")]
public sealed partial class ForgotPasswordTests(Suite suite) : BrowserTest(suite)
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_forgotten_password_is_replaced_with_and_without_JavaScript(bool javaScript)
    {
        var account = await NewAccountAsync();
        var password = account.NewPassword();
        var tab = await NewBrowserAsync(new() { JavaScriptEnabled = javaScript });

        var forgot = await (await HomePage.OpenAsync(tab)).ForgotPasswordAsync();
        await forgot.AskAsync(account.Email);
        var mail = await Site.Inbox.NextAsync(account.Email, InboxFolder.ResetSubject);
        var reset = await ResetPasswordPage.OpenAsync(tab, mail.Link);
        var signIn = await (await reset.ChooseAsync(password)).SignInAsync();
        await signIn.EnterInVainAsync(account.Email, account.Password);
        var own = await signIn.EnterAsync(account, password);

        await Assertions.Expect(own.Definitions.First).ToHaveTextAsync(account.Email);
    }

    [Fact]
    [Guarantee(4)]
    public async Task An_unknown_address_gets_the_same_page_and_no_mail()
    {
        var unknown = $"nobody-{Guid.NewGuid():N}@example.org";
        var known = await NewAccountAsync();
        var forUnknown = await AnswerAsync(unknown);
        var forKnown = await AnswerAsync(known.Email);

        Assert.Equal(forKnown, forUnknown);
        await Site.Inbox.NextAsync(known.Email, InboxFolder.ResetSubject);
        Assert.Equal(0, Site.Inbox.CountFor(unknown));
    }

    [Fact]
    public async Task An_address_in_other_letters_gets_its_mail_at_the_stored_one()
    {
        var account = await NewAccountAsync();
        var tab = await NewBrowserAsync();
        await (await ForgotPasswordPage.OpenAsync(tab)).AskAsync(account.Email.ToUpperInvariant());

        var mail = await Site.Inbox.NextAsync(account.Email, InboxFolder.ResetSubject);
        await ResetPasswordPage.OpenAsync(tab, mail.Link);
    }

    [Fact]
    [Guarantee(1, 2)]
    public async Task A_dead_link_is_traded_for_a_fresh_one_with_one_click()
    {
        var account = await NewAccountAsync();
        var tab = await NewBrowserAsync();
        var used = await Site.MailLinkAsync(account);
        await (await ResetPasswordPage.OpenAsync(tab, used)).ChooseAsync(account.NewPassword());

        var dead = await InvalidLinkPage.OpenAsync(tab, used);
        await Assertions.Expect(dead.Heading).ToHaveTextAsync("This link has been used");
        Assert.DoesNotContain(account.Email, await tab.Page.ContentAsync(), StringComparison.OrdinalIgnoreCase);
        await dead.MailFreshLinkAsync();
        var fresh = await Site.Inbox.NextAsync(account.Email, InboxFolder.ResetSubject);
        var password = account.NewPassword();
        var done = await (await ResetPasswordPage.OpenAsync(tab, fresh.Link)).ChooseAsync(password);

        await (await done.SignInAsync()).EnterAsync(account, password);
    }

    [Fact]
    public async Task The_owner_is_told_that_the_password_was_changed()
    {
        var account = await NewAccountAsync();
        var password = account.NewPassword();
        var link = await Site.MailLinkAsync(account);
        await (await ResetPasswordPage.OpenAsync(await NewBrowserAsync(), link)).ChooseAsync(password);

        var notice = await Site.Inbox.NextAsync(account.Email, InboxFolder.NoticeSubject);
        Assert.Equal("/secure-account", new Uri(notice.Link).AbsolutePath);
        Assert.DoesNotContain(password, notice.Text, StringComparison.Ordinal);
    }

    [Fact]
    [Guarantee(5)]
    public async Task The_address_bar_loses_the_token_when_the_form_is_sent()
    {
        var account = await NewAccountAsync();
        var tab = await NewBrowserAsync();
        var reset = await ResetPasswordPage.OpenAsync(tab, await Site.MailLinkAsync(account));
        Assert.Contains("token=", tab.Location, StringComparison.Ordinal);

        await reset.ChooseInVainAsync("short");
        Assert.Equal("/reset-password", tab.Location);
        await reset.ChooseAsync(account.NewPassword());
        Assert.Equal("/reset-password/done", tab.Location);
    }

    [Theory]
    [InlineData("short", "at least 15 characters")]
    [InlineData("passwordpassword", "common passwords")]
    public async Task A_weak_password_is_refused_with_its_reason_and_the_link_lives_on(string weak, string reason)
    {
        var account = await NewAccountAsync();
        var tab = await NewBrowserAsync();
        var link = await Site.MailLinkAsync(account);
        var reset = await ResetPasswordPage.OpenAsync(tab, link);

        await reset.ChooseInVainAsync(weak);
        Assert.Equal(422, tab.Status);
        await Assertions.Expect(reset.Problem).ToContainTextAsync(reason);
        await Assertions.Expect(reset.NewPassword).ToHaveAttributeAsync("aria-invalid", "true");
        await Assertions.Expect(reset.NewPassword).ToHaveValueAsync("");

        await ResetPasswordPage.OpenAsync(await tab.AnotherAsync(), link);
        await reset.ChooseAsync(account.NewPassword());
    }

    [Fact]
    public async Task Without_its_cookie_a_form_says_that_cookies_are_blocked_and_the_first_press_with_it_works()
    {
        var account = await NewAccountAsync();
        var tab = await NewBrowserAsync();
        var reset = await ResetPasswordPage.OpenAsync(tab, await Site.MailLinkAsync(account));
        for (var press = 0; press < 3; press++)
        {
            await tab.Page.Context.ClearCookiesAsync();
            await reset.ChooseInVainAsync(account.NewPassword());
            Assert.Equal(400, tab.Status);
            await Assertions.Expect(reset.Problem).ToContainTextAsync("your browser blocks cookies");
        }

        await reset.ChooseAsync(account.NewPassword());
    }

    [Fact]
    public async Task A_typed_password_can_be_looked_at()
    {
        var account = await NewAccountAsync();
        var reset = await ResetPasswordPage.OpenAsync(await NewBrowserAsync(), await Site.MailLinkAsync(account));
        await reset.NewPassword.FillAsync("seen");
        await Assertions.Expect(reset.NewPassword).ToHaveAttributeAsync("type", "password");

        await reset.Show.ClickAsync();
        await Assertions.Expect(reset.NewPassword).ToHaveAttributeAsync("type", "text");
    }

    private async Task<(int Status, string Location, string Page)> AnswerAsync(string address)
    {
        var tab = await NewBrowserAsync();
        await (await ForgotPasswordPage.OpenAsync(tab)).AskAsync(address);
        return (tab.Status, tab.Location, OneTime().Replace(await tab.Page.ContentAsync(), ""));
    }

    // What differs between any two answers.
    [GeneratedRegex("nonce=\"[^\"]*\"")]
    private static partial Regex OneTime();
}
