using Microsoft.Playwright;
using OneTimeJwt.E2E.Infrastructure;

namespace OneTimeJwt.E2E.Pages;

/// <summary>Shows a key to an authenticator app and takes its first code.</summary>
public sealed class AuthenticatorPage(Tab tab) : SitePage(tab)
{
    public ILocator QrCode => Page.GetByRole(AriaRole.Img, new() { Name = Tab.Say("QR code that holds the key below") });

    public ILocator OpenInApp => Link("open it in the app");

    public static Task<AuthenticatorPage> AtAsync(Tab tab) => AtAsync(new AuthenticatorPage(tab), "Set up an authenticator app");

    /// <summary>As people type it.</summary>
    public async Task<string> KeyAsync() => (await Page.Locator("code.key").InnerTextAsync()).Replace(" ", "", StringComparison.Ordinal);

    /// <summary>With the code that an app with this page's key shows now.</summary>
    public async Task<RecoveryCodesPage> ConfirmAsync(string password)
    {
        await SendAsync(Totp.Code(await KeyAsync(), DateTimeOffset.UtcNow), password);
        return await RecoveryCodesPage.AtAsync(Tab);
    }

    public async Task<AuthenticatorPage> ConfirmInVainAsync(string code, string password)
    {
        await SendAsync(code, password);
        return await AtAsync(Tab);
    }

    private async Task SendAsync(string code, string password)
    {
        await Field("Code from the app").FillAsync(code);
        await Field("Your password").FillAsync(password);
        await PressAsync("Turn two-factor on");
    }
}
