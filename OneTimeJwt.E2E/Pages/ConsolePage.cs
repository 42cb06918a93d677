using Microsoft.Playwright;
using OneTimeJwt.E2E.Infrastructure;

namespace OneTimeJwt.E2E.Pages;

/// <summary>The admins' console: finds accounts.</summary>
public sealed class ConsolePage(Tab tab) : SitePage(tab)
{
    public ILocator Search => Field("E-mail address, user name or id");

    public ILocator Hits => Page.GetByRole(AriaRole.List, new() { Name = Tab.Say("Accounts") }).GetByRole(AriaRole.Link);

    /// <summary>Signs an admin in and opens a page of the console.</summary>
    public static async Task EnterAsync(Tab tab, TestAccount admin, string path)
    {
        var signIn = await SignInPage.OpenAsync(tab, $"/sign-in?returnUrl={Uri.EscapeDataString(path)}");
        await signIn.SendAsync(admin.Email, admin.Password);
        if (admin.AuthenticatorKey is not null)
            await (await TwoFactorPage.AtAsync(tab)).PassAsync(Totp.Code(admin.AuthenticatorKey, DateTimeOffset.UtcNow));
    }

    public static async Task<ConsolePage> OpenAsync(Tab tab, TestAccount admin)
    {
        await EnterAsync(tab, admin, "/admin");
        return await AtAsync(new ConsolePage(tab), "Find an account");
    }

    /// <summary>Keeps what is filtered now.</summary>
    public async Task SaveFilterAsync(string name)
    {
        if (await Page.Locator("details[open] #saved-name").CountAsync() == 0)
            await Page.Locator(".saved summary").ClickAsync();
        await Page.Locator("#saved-name").FillAsync(name);
        await Page.Locator(".saved form button").First.ClickAsync();
        await Assertions.Expect(Page.Locator(".kept a").Filter(new() { HasText = name })).ToBeVisibleAsync();
    }

    public async Task<AccountDetailsPage> FindAsync(TestAccount account)
    {
        await Search.PressSequentiallyAsync(account.Name);
        await Assertions.Expect(Hits).ToHaveCountAsync(1);
        await Page.Keyboard.PressAsync("ArrowDown");
        await Assertions.Expect(Hits.First).ToBeFocusedAsync();
        await Page.Keyboard.PressAsync("Enter");
        return await AccountDetailsPage.AtAsync(Tab, account);
    }
}
