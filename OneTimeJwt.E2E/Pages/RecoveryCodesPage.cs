using Microsoft.Playwright;
using OneTimeJwt.E2E.Infrastructure;

namespace OneTimeJwt.E2E.Pages;

/// <summary>Shows recovery codes, once.</summary>
public sealed class RecoveryCodesPage(Tab tab) : SitePage(tab)
{
    public ILocator Codes => Page.GetByRole(AriaRole.List, new() { Name = Tab.Say("Recovery codes") }).GetByRole(AriaRole.Listitem);

    public static Task<RecoveryCodesPage> AtAsync(Tab tab) => AtAsync(new RecoveryCodesPage(tab), "Your recovery codes");

    public async Task<SecondFactorPage> GoOnAsync()
    {
        await FollowAsync("I have kept them");
        return await SecondFactorPage.AtAsync(Tab);
    }
}
