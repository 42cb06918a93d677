using Microsoft.Playwright;
using OneTimeJwt.E2E.Infrastructure;

namespace OneTimeJwt.E2E.Pages;

/// <summary>What happened, in the console.</summary>
public sealed class TrailPage(Tab tab) : SitePage(tab)
{
    public ILocator Rows => Page.GetByRole(AriaRole.List, new() { Name = Tab.Say("Trail") }).GetByRole(AriaRole.Listitem);

    /// <summary>Signs an admin in and opens the trail.</summary>
    public static async Task<TrailPage> OpenAsync(Tab tab, TestAccount admin)
    {
        await ConsolePage.EnterAsync(tab, admin, "/admin/trail");
        return await AtAsync(new TrailPage(tab), "Trail");
    }
}
