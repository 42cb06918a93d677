using Microsoft.Playwright;
using OneTimeJwt.E2E.Infrastructure;

namespace OneTimeJwt.E2E.Pages;

public sealed class PasswordChangedPage(Tab tab) : SitePage(tab)
{
    public static async Task<PasswordChangedPage> AtAsync(Tab tab)
    {
        await Assertions.Expect(tab.Page.GetByRole(AriaRole.Main).Locator("[data-outcome=password-changed]")).ToBeVisibleAsync();
        Assert.Equal(("/reset-password/done", 200), (tab.Location, tab.Status));
        return new PasswordChangedPage(tab);
    }

    public async Task<SignInPage> SignInAsync()
    {
        await FollowAsync("Sign in");
        return await SignInPage.AtAsync(Tab);
    }
}
