using Microsoft.Playwright;
using OneTimeJwt.E2E.Infrastructure;

namespace OneTimeJwt.E2E.Pages;

/// <summary>What a link that doesn't work leads to.</summary>
public sealed class InvalidLinkPage(Tab tab) : SitePage(tab)
{
    public ILocator Heading => Page.GetByRole(AriaRole.Heading, new() { Level = 1 });

    public static async Task<InvalidLinkPage> OpenAsync(Tab tab, string link)
    {
        await tab.GoAsync(link);
        return await AtAsync(tab);
    }

    public static async Task<InvalidLinkPage> AtAsync(Tab tab)
    {
        await Assertions.Expect(tab.Page.GetByRole(AriaRole.Main).Locator("[data-verdict]")).ToBeVisibleAsync();
        await Assertions.Expect(tab.Page.GetByLabel(tab.Say("New password"))).ToHaveCountAsync(0);
        return new InvalidLinkPage(tab);
    }

    /// <summary>What the page says of the link, and the status that it came with.</summary>
    public async Task<(string? Verdict, int Status)> VerdictAsync() =>
        (await Page.Locator("[data-verdict]").GetAttributeAsync("data-verdict"), Tab.Status);

    public async Task<HowItWorksPage> HowItWorksAsync()
    {
        await FollowAsync(HowItWorksPage.Title);
        return await HowItWorksPage.AtAsync(Tab);
    }

    public async Task<LookInYourMailPage> MailFreshLinkAsync()
    {
        await PressAsync("Mail me a fresh link");
        return await LookInYourMailPage.AtAsync(Tab);
    }
}
