using OneTimeJwt.E2E.Infrastructure;

namespace OneTimeJwt.E2E.Pages;

public sealed class HomePage(Tab tab) : SitePage(tab)
{
    public static async Task<HomePage> OpenAsync(Tab tab)
    {
        await tab.GoAsync("/");
        return await AtAsync(new HomePage(tab), "Get back into your account");
    }

    public async Task<ForgotPasswordPage> ForgotPasswordAsync()
    {
        await FollowAsync("I forgot my password");
        return await ForgotPasswordPage.AtAsync(Tab);
    }

    public async Task<HowItWorksPage> HowItWorksAsync()
    {
        await FollowAsync(HowItWorksPage.Title);
        return await HowItWorksPage.AtAsync(Tab);
    }
}
