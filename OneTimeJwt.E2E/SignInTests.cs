using System.Text.RegularExpressions;
using Microsoft.Playwright;
using OneTimeJwt.E2E.Infrastructure;
using OneTimeJwt.E2E.Pages;
using OneTimeJwt.E2E.Reporting;

namespace OneTimeJwt.E2E;

[Role("user")]
[Size("desktop")]
public sealed class SignInTests(Suite suite) : BrowserTest(suite)
{
    [Fact]
    public async Task People_sign_in_and_out()
    {
        var account = await NewAccountAsync();
        var tab = await NewBrowserAsync();
        await tab.GoAsync("/account");
        Assert.Equal("/sign-in?returnUrl=%2Faccount", tab.Location);

        var own = await (await SignInPage.AtAsync(tab)).EnterAsync(account);
        await Assertions.Expect(own.Definitions.First).ToHaveTextAsync(account.Email);
        await own.SignOutAsync();
        await SignInPage.OpenAsync(tab, "/account");
    }

    [Fact]
    [Guarantee(4)]
    public async Task A_refusal_is_the_same_for_known_unknown_and_unconfirmed_addresses()
    {
        var known = await NewAccountAsync();
        var unconfirmed = await NewAccountAsync(AccountKind.Unconfirmed);
        var answer = await RefusalAsync(known.Email, "not the password at all");

        Assert.Equal(422, answer.Status);
        Assert.Equal(answer, await RefusalAsync($"nobody-{Guid.NewGuid():N}@example.org", "not the password at all"));
        Assert.Equal(answer, await RefusalAsync(unconfirmed.Email, unconfirmed.Password));
    }

    [Fact]
    public async Task An_authenticator_code_is_asked_for_and_taken()
    {
        var account = await NewAccountAsync(AccountKind.TwoFactor);
        var tab = await NewBrowserAsync();
        var second = await (await SignInPage.OpenAsync(tab)).EnterFirstStepAsync(account);
        await SignInPage.OpenAsync(await tab.AnotherAsync(), "/account");

        await second.EnterInVainAsync(Totp.Code(account.AuthenticatorKey!, DateTimeOffset.UtcNow.AddDays(-1)));
        Assert.Equal(422, tab.Status);
        await Assertions.Expect(second.Problem).ToContainTextAsync("That code didn’t work");
        await second.EnterAsync(Totp.Code(account.AuthenticatorKey!, DateTimeOffset.UtcNow));
    }

    [Fact]
    public async Task A_recovery_code_works_once()
    {
        _ = Site.App;
        var account = await NewAccountAsync(AccountKind.TwoFactor);
        var second = await (await SignInPage.OpenAsync(await NewBrowserAsync())).EnterFirstStepAsync(account);
        await second.EnterAsync(account.RecoveryCodes[0]);

        second = await (await SignInPage.OpenAsync(await NewBrowserAsync())).EnterFirstStepAsync(account);
        await second.EnterInVainAsync(account.RecoveryCodes[0]);
        Assert.Equal(422, second.Tab.Status);
        await second.EnterAsync(account.RecoveryCodes[1]);
    }

    [Theory]
    [InlineData("/forgot-password", "/forgot-password")]
    [InlineData("//evil.example", "/account")]
    [InlineData("https://evil.example", "/account")]
    [InlineData("/\\evil.example", "/account")]
    [InlineData("\\\\evil.example", "/account")]
    [InlineData("/\t/evil.example", "/account")]
    [InlineData("javascript:alert(1)", "/account")]
    [InlineData("account@evil.example", "/account")]
    public async Task People_return_to_pages_of_ours_only(string returnUrl, string landing)
    {
        var account = await NewAccountAsync();
        var tab = await NewBrowserAsync();
        var signIn = await SignInPage.OpenAsync(tab, $"/sign-in?returnUrl={Uri.EscapeDataString(returnUrl)}");
        await signIn.SendAsync(account.Email, account.Password);

        Assert.Equal(new Uri(Site.Address, landing).ToString(), tab.Page.Url);
        Assert.Equal(200, tab.Status);
    }

    [Fact]
    [Guarantee(10)]
    public async Task A_changed_password_signs_other_browsers_out_and_this_one_not()
    {
        var inbox = Site.Inbox;
        var account = await NewAccountAsync();
        var password = account.NewPassword();
        var other = await (await SignInPage.OpenAsync(await NewBrowserAsync())).EnterAsync(account);
        var own = await (await SignInPage.OpenAsync(await NewBrowserAsync())).EnterAsync(account);
        await own.ChangePasswordAsync(account.Password, password);

        await Assertions.Expect(own.Status).ToContainTextAsync("Your password is changed");
        await AccountPage.OpenAsync(own.Tab);
        await SignInPage.OpenAsync(other.Tab, "/account");
        await inbox.NextAsync(account.Email, InboxFolder.NoticeSubject);
    }

    [Theory]
    [InlineData("not the present one", "nine quiet lighthouses on a hill", "current password isn’t right")]
    [InlineData(null, "short", "at least 15 characters")]
    public async Task A_password_is_changed_only_with_the_present_one_and_to_a_good_one(string? current, string chosen, string reason)
    {
        var account = await NewAccountAsync();
        var own = await (await SignInPage.OpenAsync(await NewBrowserAsync())).EnterAsync(account);
        await own.ChangePasswordAsync(current ?? account.Password, chosen);

        Assert.Equal(422, own.Tab.Status);
        await Assertions.Expect(own.Problem).ToContainTextAsync(reason);
        await (await SignInPage.OpenAsync(await NewBrowserAsync())).EnterAsync(account);
    }

    [Fact]
    public async Task Password_managers_find_the_page_to_change_a_password()
    {
        var account = await NewAccountAsync();
        var signIn = await SignInPage.OpenAsync(await NewBrowserAsync(), "/.well-known/change-password");
        await signIn.EnterAsync(account);

        await signIn.Tab.GoAsync("/.well-known/change-password");
        await AccountPage.AtAsync(signIn.Tab);
    }

    private async Task<(int Status, string Page)> RefusalAsync(string address, string password)
    {
        var signIn = await (await SignInPage.OpenAsync(await NewBrowserAsync())).EnterInVainAsync(address, password);
        await Assertions.Expect(signIn.Problem).ToBeVisibleAsync();
        var page = (await signIn.Tab.Page.ContentAsync()).Replace(address, "", StringComparison.Ordinal);
        return (signIn.Tab.Status, Regex.Replace(page, "name=\"__RequestVerificationToken\" value=\"[^\"]*\"|nonce=\"[^\"]*\"", ""));
    }
}
