using Microsoft.Playwright;
using OneTimeJwt.E2E.Infrastructure;

namespace OneTimeJwt.E2E.Pages;

/// <summary>Says why a link works once.</summary>
public sealed class HowItWorksPage(Tab tab) : SitePage(tab)
{
    internal const string Title = "How a link works exactly once";

    public ILocator Picture => Page.GetByRole(AriaRole.Img, new() { Name = Tab.Say("From the mail to a dead link") });

    /// <summary>The example token, in one piece.</summary>
    public ILocator Token => Page.Locator(".token");

    public static Task<HowItWorksPage> AtAsync(Tab tab) => AtAsync(new HowItWorksPage(tab), Title);
}
