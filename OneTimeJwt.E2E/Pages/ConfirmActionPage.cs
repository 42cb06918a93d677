using Microsoft.Playwright;
using OneTimeJwt.E2E.Infrastructure;

namespace OneTimeJwt.E2E.Pages;

/// <summary>The page behind a link that works and wants a button pressed.</summary>
public sealed class ConfirmActionPage(Tab tab, LinkDescription description) : SitePage(tab)
{
    public static async Task<ConfirmActionPage> OpenAsync(Tab tab, string link)
    {
        await tab.GoAsync(link);
        return await AtAsync(tab, LinkDescription.Of(link));
    }

    public static Task<ConfirmActionPage> AtAsync(Tab tab, LinkDescription description) =>
        AtAsync(new ConfirmActionPage(tab, description), description.Heading);

    /// <summary>Does what the link is for, and goes on to sign-in.</summary>
    public async Task<SignInPage> UseAsync(string address)
    {
        await FinishAsync(address);
        await FollowAsync("Sign in");
        return await SignInPage.AtAsync(Tab);
    }

    public async Task<ConfirmActionPage> UseInVainAsync(string address)
    {
        await SendAsync(address);
        Assert.Equal(422, Tab.Status);
        return await AtAsync(Tab, description);
    }

    public async Task FinishAsync(string address)
    {
        await SendAsync(address);
        await Assertions.Expect(Page.GetByRole(AriaRole.Main).Locator($"[data-outcome={description.Outcome}]")).ToBeVisibleAsync();
        Assert.Equal(($"{description.Path}/done", 200), (Tab.Location.Split('?')[0], Tab.Status));
    }

    private async Task SendAsync(string address)
    {
        await Page.GetByRole(AriaRole.Textbox).FillAsync(address);
        await PressAsync(description.Button);
    }
}
