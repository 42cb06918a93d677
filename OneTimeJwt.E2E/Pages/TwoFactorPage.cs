using Microsoft.Playwright;
using OneTimeJwt.E2E.Infrastructure;

namespace OneTimeJwt.E2E.Pages;

public sealed class TwoFactorPage(Tab tab) : SitePage(tab)
{
    private ILocator Code => Field("Authenticator or recovery code");

    public static Task<TwoFactorPage> AtAsync(Tab tab) => AtAsync(new TwoFactorPage(tab), "One more step");

    public async Task<AccountPage> EnterAsync(string code)
    {
        await PassAsync(code);
        return await AccountPage.AtAsync(Tab);
    }

    public async Task<TwoFactorPage> EnterInVainAsync(string code)
    {
        await PassAsync(code);
        return await AtAsync(Tab);
    }

    public async Task<AccountPage> UsePasskeyAsync()
    {
        await PressAsync("Use a passkey");
        return await AccountPage.AtAsync(Tab);
    }

    /// <summary>On to wherever the sign-in leads.</summary>
    public async Task PassAsync(string code)
    {
        await Code.FillAsync(code);
        await PressAsync("Continue");
    }
}
