using Microsoft.Playwright;
using OneTimeJwt.E2E.Infrastructure;

namespace OneTimeJwt.E2E.Pages;

/// <summary>A page of the site in a tab; what it can do leads to the next page.</summary>
public abstract class SitePage(Tab tab)
{
    public Tab Tab => tab;

    /// <summary>What stands in the way of what was just tried.</summary>
    public ILocator Problem => Page.GetByRole(AriaRole.Alert);

    protected IPage Page => tab.Page;

    protected ILocator Button(string name) => Page.GetByRole(AriaRole.Button, new() { Name = tab.Say(name), Exact = true });

    protected ILocator Link(string name) => Page.GetByRole(AriaRole.Link, new() { Name = tab.Say(name), Exact = true });

    protected ILocator Field(string label) => Page.GetByLabel(tab.Say(label), new() { Exact = true });

    protected Task PressAsync(string button) => tab.LeaveByAsync(() => TouchAsync(Button(button)));

    protected Task FollowAsync(string link) => tab.LeaveByAsync(() => TouchAsync(Link(link)));

    private Task TouchAsync(ILocator what) => tab.IsTouched ? what.TapAsync() : what.ClickAsync();

    /// <summary>Being on the wrong page fails here, not at the next step.</summary>
    protected static async Task<TPage> AtAsync<TPage>(TPage page, string heading)
        where TPage : SitePage
    {
        await Assertions.Expect(page.Tab.Page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToHaveTextAsync(page.Tab.Say(heading));
        return page;
    }
}
