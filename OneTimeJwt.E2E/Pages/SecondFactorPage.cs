using Microsoft.Playwright;
using OneTimeJwt.E2E.Infrastructure;

namespace OneTimeJwt.E2E.Pages;

/// <summary>What an account has besides its password.</summary>
public sealed class SecondFactorPage(Tab tab) : SitePage(tab)
{
    public const string Path = "/account/two-factor";

    public ILocator Saved => Page.GetByRole(AriaRole.Status);

    public ILocator Passkeys => Page.GetByRole(AriaRole.Listitem);

    public ILocator TurnOff => Link("Turn two-factor off");

    public static Task<SecondFactorPage> AtAsync(Tab tab) => AtAsync(new SecondFactorPage(tab), "Two-factor sign-in");

    public async Task<AuthenticatorPage> SetUpAppAsync()
    {
        await FollowAsync("Set up an app");
        return await AuthenticatorPage.AtAsync(Tab);
    }

    public async Task<ConfirmationPage> BeginPasskeyAsync()
    {
        await FollowAsync("Add a passkey");
        return await ConfirmationPage.AtAsync(Tab, "Add a passkey", "Continue");
    }

    public async Task<ConfirmationPage> RemovePasskeyAsync(string name)
    {
        await FollowAsync($"Remove {name}");
        return await ConfirmationPage.AtAsync(Tab, "Remove a passkey", "Remove it");
    }

    public async Task<ConfirmationPage> MakeCodesAsync()
    {
        await FollowAsync("Make new codes");
        return await ConfirmationPage.AtAsync(Tab, "New recovery codes", "Make new codes");
    }
}
