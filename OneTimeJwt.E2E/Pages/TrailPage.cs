using Microsoft.Playwright;
using OneTimeJwt.E2E.Infrastructure;

namespace OneTimeJwt.E2E.Pages;

/// <summary>The admins' console; interactive.</summary>
public sealed class TrailPage(Tab tab) : SitePage(tab)
{
    public ILocator Rows => Page.GetByRole(AriaRole.Region, new() { Name = "Trail" }).GetByRole(AriaRole.Row);

    /// <summary>Signs an admin in and opens the trail.</summary>
    public static async Task<TrailPage> OpenAsync(Tab tab, TestAccount admin)
    {
        var signIn = await SignInPage.OpenAsync(tab, "/sign-in?returnUrl=%2Fadmin%2Ftrail");
        await signIn.SendAsync(admin.Email, admin.Password);
        return await AtAsync(new TrailPage(tab), "Trail");
    }

    public Task RefreshAsync() => Button("Refresh").ClickAsync();
}
