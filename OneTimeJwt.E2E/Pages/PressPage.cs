using Microsoft.Playwright;
using OneTimeJwt.E2E.Infrastructure;

namespace OneTimeJwt.E2E.Pages;

/// <summary>The page behind a link that works and wants a button pressed.</summary>
public sealed class PressPage(Tab tab, Errand errand) : SitePage(tab)
{
    public static async Task<PressPage> OpenAsync(Tab tab, string link)
    {
        await tab.GoAsync(link);
        return await AtAsync(tab, Errand.Of(link));
    }

    public static Task<PressPage> AtAsync(Tab tab, Errand errand) => AtAsync(new PressPage(tab, errand), errand.Heading);

    /// <summary>Does what the link is for, and goes on to sign-in.</summary>
    public async Task<SignInPage> UseAsync(string address)
    {
        await FinishAsync(address);
        await FollowAsync("Sign in");
        return await SignInPage.AtAsync(Tab);
    }

    public async Task<PressPage> UseInVainAsync(string address)
    {
        await SendAsync(address);
        Assert.Equal(422, Tab.Status);
        return await AtAsync(Tab, errand);
    }

    public async Task FinishAsync(string address)
    {
        await SendAsync(address);
        await Assertions.Expect(Page.GetByRole(AriaRole.Main).Locator($"[data-outcome={errand.Outcome}]")).ToBeVisibleAsync();
        Assert.Equal(($"{errand.Path}/done", 200), (Tab.Location.Split('?')[0], Tab.Status));
    }

    private async Task SendAsync(string address)
    {
        await Page.GetByRole(AriaRole.Textbox).FillAsync(address);
        await PressAsync(errand.Button);
    }
}
