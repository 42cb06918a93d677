using System.Globalization;
using System.Text.RegularExpressions;
using Microsoft.Playwright;
using OneTimeJwt.E2E.Infrastructure;
using OneTimeJwt.E2E.Pages;
using OneTimeJwt.E2E.Reporting;

namespace OneTimeJwt.E2E;

/// <summary>What is typed into fields for addresses, which browsers would judge and change.</summary>
[Role("user")]
[Size("desktop")]
public sealed class AddressFieldTests(Suite suite) : BrowserTest(suite)
{
    [Theory]
    [InlineData("ada-{0}")]
    [InlineData("ada lovelace {0}")]
    [InlineData("用户{0}")]
    [InlineData("ada@{0}")]
    public async Task A_user_name_that_is_no_address_signs_in(string pattern)
    {
        Assert.SkipWhen(Site.IsDeployed, "Gives an account another user name.");
        var account = await NewAccountAsync();
        var name = pattern.Replace("{0}", $"{Guid.NewGuid():N}", StringComparison.Ordinal);
        await AccountRow.ShareAsync(Site.App, account, account.Email, name);
        var signIn = await SignInPage.OpenAsync(await NewBrowserAsync());

        await signIn.Address.PressSequentiallyAsync(name);
        await signIn.Password.PressSequentiallyAsync(account.Password);
        await signIn.Tab.LeaveByAsync(() => signIn.Password.PressAsync("Enter"));

        await AccountPage.AtAsync(signIn.Tab);
    }

    [Theory]
    [InlineData("bücher.example", "bücher.example")]
    [InlineData("xn--bcher-kva.example", "bücher.example")]
    [InlineData("bücher.example", "xn--bcher-kva.example")]
    [InlineData("straße.example", "STRASSE.example", false)]
    [InlineData("straße.example", "xn--strae-oqa.example")]
    public async Task An_account_is_found_whichever_form_of_its_domain_is_stored_and_typed(string stored, string typed, bool found = true)
    {
        Assert.SkipWhen(Site.IsDeployed, "Gives an account another address.");
        var account = await NewAccountAsync();
        var name = $"ada-{Guid.NewGuid():N}";
        await AccountRow.MoveAsync(Site.App, account, $"{name}@{stored}");
        var tab = await NewBrowserAsync();

        await TypeAsync((await ForgotPasswordPage.OpenAsync(tab)).Address, $"{name}@{typed}");
        await LookInYourMailPage.AtAsync(tab);
        // Chromium posts the domain as an A-label, whatever was typed.
        Assert.DoesNotContain("%C3", tab.Posted, StringComparison.OrdinalIgnoreCase);
        // Whoever reads a mail sees the domain as a U-label.
        if (found)
            await Site.Inbox.NextAsync($"{name}@{new IdnMapping().GetUnicode(stored)}", InboxFolder.ResetSubject);

        var signIn = await SignInPage.OpenAsync(tab);
        await signIn.SendAsync($"{name}@{typed}", account.Password);
        Assert.Equal(found ? 200 : 422, tab.Status);
    }

    [Fact]
    public async Task An_address_beyond_ASCII_gets_the_ordinary_answer_everywhere()
    {
        Assert.SkipWhen(Site.IsDeployed, "Mails to an address that is nobody's.");
        var account = await NewAccountAsync();
        var address = $"用户{Guid.NewGuid():N}@example.com";
        var tab = await NewBrowserAsync();

        await TypeAsync((await ForgotPasswordPage.OpenAsync(tab)).Address, address);
        await LookInYourMailPage.AtAsync(tab);

        var signIn = await (await SignInPage.OpenAsync(tab)).EnterInVainAsync(address, account.Password);
        Assert.Equal(422, tab.Status);
        await Assertions.Expect(signIn.Problem).ToContainTextAsync("don’t fit together");

        await signIn.EnterAsync(account);
        await tab.GoAsync(AddressPage.Path);
        await (await AddressPage.AtAsync(tab)).AskAsync(address, account.Password);
        await Site.Inbox.NextAsync(address, InboxFolder.ChangeSubject);
    }

    [Theory]
    [InlineData("", "look like an e-mail address")]
    [InlineData("ada", "look like an e-mail address")]
    [InlineData("用户@", "look like an e-mail address")]
    public async Task What_is_no_address_is_answered_in_our_own_words_which_take_the_focus(string typed, string words)
    {
        var tab = await NewBrowserAsync();
        var forgot = await ForgotPasswordPage.OpenAsync(tab);

        await TypeAsync(forgot.Address, typed);

        await ForgotPasswordPage.AtAsync(tab);
        Assert.Equal(422, tab.Status);
        await Assertions.Expect(forgot.Problem).ToContainTextAsync(words);
        await Assertions.Expect(forgot.Problem).ToBeFocusedAsync();
        await AssertIsPointedOutAsync(forgot.Address);
        await Assertions.Expect(forgot.Address).ToHaveValueAsync(typed);
    }

    [Theory]
    [InlineData("", "not the password at all", true)]
    [InlineData("ada@example.com", "", false)]
    public async Task An_empty_field_at_sign_in_is_named_and_the_rest_is_kept(string address, string password, bool isAddress)
    {
        var tab = await NewBrowserAsync();
        var signIn = await (await SignInPage.OpenAsync(tab)).EnterInVainAsync(address, password);

        Assert.Equal(422, tab.Status);
        await Assertions
            .Expect(signIn.Problem)
            .ToHaveTextAsync($"“{(isAddress ? "E-mail address" : "Password")}” is empty. Please fill it in.");
        await Assertions.Expect(signIn.Problem).ToBeFocusedAsync();
        await AssertIsPointedOutAsync(isAddress ? signIn.Address : signIn.Password);
        await Assertions.Expect(signIn.Address).ToHaveValueAsync(address);
        await signIn.Problem.GetByRole(AriaRole.Link).ClickAsync();
        await Assertions.Expect(isAddress ? signIn.Address : signIn.Password).ToBeFocusedAsync();
    }

    // By keys, as a browser changes what is typed and not what a script fills in.
    private static async Task TypeAsync(ILocator field, string text)
    {
        await field.PressSequentiallyAsync(text);
        await field.PressAsync("Enter");
    }

    private static async Task AssertIsPointedOutAsync(ILocator field)
    {
        await Assertions.Expect(field).ToHaveAttributeAsync("aria-invalid", "true");
        await Assertions.Expect(field).ToHaveAccessibleDescriptionAsync(new Regex(".+"));
    }
}
