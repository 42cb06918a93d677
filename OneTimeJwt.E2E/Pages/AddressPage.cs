using OneTimeJwt.E2E.Infrastructure;

namespace OneTimeJwt.E2E.Pages;

/// <summary>Where a signed-in user asks for another address.</summary>
public sealed class AddressPage(Tab tab) : SitePage(tab)
{
    public const string Path = "/account/email";

    public static Task<AddressPage> AtAsync(Tab tab) => AtAsync(new AddressPage(tab), "Change your address");

    public async Task<LookInYourMailPage> AskAsync(string address, string password)
    {
        await SendAsync(address, password);
        return await LookInYourMailPage.AtAsync(Tab);
    }

    public async Task<AddressPage> AskInVainAsync(string address, string password)
    {
        await SendAsync(address, password);
        return await AtAsync(Tab);
    }

    private async Task SendAsync(string address, string password)
    {
        await Field("New address").FillAsync(address);
        await Field("Your password").FillAsync(password);
        await PressAsync("Mail me a link");
    }
}
