using Microsoft.Playwright;
using OneTimeJwt.E2E.Infrastructure;
using OneTimeJwt.E2E.Pages;
using OneTimeJwt.E2E.Reporting;

namespace OneTimeJwt.E2E;

/// <summary>One mailbox with two accounts.</summary>
[Role("user")]
[Size("desktop")]
public sealed class SharedAddressTests(Suite suite) : BrowserTest(suite)
{
    [Fact]
    [Purpose("reset")]
    public async Task Of_two_accounts_with_one_address_every_step_says_which_one_is_meant()
    {
        Assert.SkipWhen(Site.IsDeployed, "Gives an account the address of another one.");
        var (ada, bob) = (await NewAccountAsync(), await NewAccountAsync());
        var name = $"bob-{Guid.NewGuid():N}";
        await AccountRow.ShareAsync(Site.App, bob, ada.Email, name);
        await (await ForgotPasswordPage.OpenAsync(await NewBrowserAsync())).AskAsync(ada.Email);
        var mails = new[]
        {
            await Site.Inbox.NextAsync(ada.Email, InboxFolder.ResetSubject),
            await Site.Inbox.NextAsync(ada.Email, InboxFolder.ResetSubject),
        };
        Assert.Single(mails, mail => mail.Text.Contains($"account {ada.Email}.", StringComparison.Ordinal));
        var mail = Assert.Single(mails, mail => mail.Text.Contains($"account {name}.", StringComparison.Ordinal));

        var tab = await NewBrowserAsync();
        var form = await ResetPasswordPage.OpenAsync(tab, mail.Link);
        await Assertions.Expect(tab.Page.GetByRole(AriaRole.Main)).ToContainTextAsync($"This is about the account {name}.");
        var chosen = bob.NewPassword();
        await form.SendAsync(chosen);
        await Assertions
            .Expect(tab.Page.Locator("[data-outcome=password-changed]"))
            .ToContainTextAsync($"Sign in with your user name, {name}");

        var own = await (await SignInPage.OpenAsync(tab)).EnterAsync(bob with { Email = name }, chosen);
        await Assertions.Expect(own.Definitions.Nth(1)).ToHaveTextAsync(name);
    }
}
