using Microsoft.Playwright;
using OneTimeJwt.E2E.Infrastructure;

namespace OneTimeJwt.E2E.Pages;

public sealed class AccountPage(Tab tab) : SitePage(tab)
{
    public ILocator Status => Page.GetByRole(AriaRole.Status);

    public ILocator Definitions => Page.GetByRole(AriaRole.Definition);

    public static async Task<AccountPage> OpenAsync(Tab tab)
    {
        await tab.GoAsync("/account");
        return await AtAsync(tab);
    }

    public static Task<AccountPage> AtAsync(Tab tab) => AtAsync(new AccountPage(tab), "Your account");

    /// <summary>The answer shows this page again, whether it worked or not.</summary>
    public async Task<AccountPage> ChangePasswordAsync(string current, string chosen)
    {
        await Field("Current password").FillAsync(current);
        await Field("New password").FillAsync(chosen);
        await PressAsync("Change password");
        return await AtAsync(Tab);
    }

    public async Task<SecondFactorPage> OpenSecondFactorAsync()
    {
        await Tab.GoAsync(SecondFactorPage.Path);
        return await SecondFactorPage.AtAsync(Tab);
    }

    public async Task<AddressPage> OpenAddressAsync()
    {
        await FollowAsync("Change your address");
        return await AddressPage.AtAsync(Tab);
    }

    public async Task<SignInPage> SignOutAsync()
    {
        await PressAsync("Sign out");
        return await SignInPage.AtAsync(Tab);
    }
}
