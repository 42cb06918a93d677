using OneTimeJwt.E2E.Infrastructure;

namespace OneTimeJwt.E2E.Pages;

/// <summary>Asks for the password before a change.</summary>
public sealed class ConfirmationPage(Tab tab, string heading, string button) : SitePage(tab)
{
    public static Task<ConfirmationPage> AtAsync(Tab tab, string heading, string button) =>
        AtAsync(new ConfirmationPage(tab, heading, button), heading);

    /// <summary>On to the browser's own question.</summary>
    public async Task<PasskeyPage> ConfirmAsync(string password)
    {
        await SendAsync(password);
        return await PasskeyPage.AtAsync(Tab);
    }

    public async Task<SecondFactorPage> ConfirmChangeAsync(string password)
    {
        await SendAsync(password);
        return await SecondFactorPage.AtAsync(Tab);
    }

    public async Task<RecoveryCodesPage> ConfirmNewCodesAsync(string password)
    {
        await SendAsync(password);
        return await RecoveryCodesPage.AtAsync(Tab);
    }

    public async Task<ConfirmationPage> ConfirmInVainAsync(string password)
    {
        await SendAsync(password);
        return await AtAsync(Tab, heading, button);
    }

    private async Task SendAsync(string password)
    {
        await Field("Your password").FillAsync(password);
        await PressAsync(button);
    }
}
