using Microsoft.Playwright;
using OneTimeJwt.E2E.Infrastructure;
using OneTimeJwt.E2E.Pages;
using OneTimeJwt.E2E.Reporting;

namespace OneTimeJwt.E2E;

[Role("user")]
[Size("desktop")]
public sealed class KeyboardTests(Suite suite) : BrowserTest(suite)
{
    private const int MostStops = 20;

    [Fact]
    public async Task The_whole_flow_needs_nothing_but_a_keyboard()
    {
        var account = await NewAccountAsync();
        var password = account.NewPassword();
        var tab = await NewBrowserAsync();
        await HomePage.OpenAsync(tab);
        await ReachAsync(tab, AriaRole.Link, "I forgot my password");
        await EnterAsync(tab);

        var forgot = await ForgotPasswordPage.AtAsync(tab);
        await Assertions.Expect(forgot.Address).ToBeFocusedAsync();
        await tab.Page.Keyboard.TypeAsync(account.Email);
        await ReachAsync(tab, AriaRole.Button, "Mail me a link");
        await EnterAsync(tab);

        await LookInYourMailPage.AtAsync(tab);
        var mail = await Site.Inbox.NextAsync(account.Email, InboxFolder.ResetSubject);
        var reset = await ResetPasswordPage.OpenAsync(tab, mail.Link);
        await Assertions.Expect(reset.NewPassword).ToBeFocusedAsync();
        await tab.Page.Keyboard.TypeAsync(password);
        await ReachAsync(tab, AriaRole.Button, "Save the new password");
        await EnterAsync(tab);

        await PasswordChangedPage.AtAsync(tab);
        await ReachAsync(tab, AriaRole.Link, "Sign in");
        await EnterAsync(tab);
        await Assertions.Expect((await SignInPage.AtAsync(tab)).Address).ToBeFocusedAsync();
        await tab.Page.Keyboard.TypeAsync(account.Email);
        await tab.Page.Keyboard.PressAsync("Tab");
        await tab.Page.Keyboard.TypeAsync(password);
        await EnterAsync(tab);
        await AccountPage.AtAsync(tab);
    }

    [Fact]
    public async Task The_first_stop_of_the_keyboard_skips_to_the_content()
    {
        var tab = await NewBrowserAsync();
        await HomePage.OpenAsync(tab);
        await tab.Page.Keyboard.PressAsync("Tab");
        await Assertions.Expect(tab.Page.GetByRole(AriaRole.Link, new() { Name = "Skip to the content" })).ToBeFocusedAsync();

        await tab.Page.Keyboard.PressAsync("Enter");
        await tab.Page.Keyboard.PressAsync("Tab");
        await Assertions.Expect(tab.Page.GetByRole(AriaRole.Link, new() { Name = "I forgot my password" })).ToBeFocusedAsync();
    }

    private static async Task ReachAsync(Tab tab, AriaRole role, string name)
    {
        var target = tab.Page.GetByRole(role, new() { Name = name, Exact = true });
        for (var stops = 0; stops < MostStops; stops++)
        {
            await tab.Page.Keyboard.PressAsync("Tab");
            if (await target.EvaluateAsync<bool>("element => element === document.activeElement"))
                return;
        }

        Assert.Fail($"{MostStops} times Tab don't reach '{name}'.");
    }

    private static Task EnterAsync(Tab tab) => tab.LeaveByAsync(() => tab.Page.Keyboard.PressAsync("Enter"));
}
