using OneTimeJwt.E2E.Infrastructure;

namespace OneTimeJwt.E2E.Pages;

/// <summary>Where a link is asked for that confirms an address.</summary>
public sealed class ConfirmAddressPage(Tab tab) : SitePage(tab)
{
    public static async Task<ConfirmAddressPage> OpenAsync(Tab tab)
    {
        await tab.GoAsync("/forgot-password?confirm");
        return await AtAsync(tab);
    }

    public static Task<ConfirmAddressPage> AtAsync(Tab tab) => AtAsync(new ConfirmAddressPage(tab), "Confirm an address");

    public async Task<LookInYourMailPage> AskAsync(string address)
    {
        await SendAsync(address);
        return await LookInYourMailPage.AtAsync(Tab);
    }

    public async Task<ConfirmAddressPage> AskInVainAsync(string address)
    {
        await SendAsync(address);
        return await AtAsync(Tab);
    }

    private async Task SendAsync(string address)
    {
        await Field("E-mail address").FillAsync(address);
        await PressAsync("Mail me a link");
    }
}
