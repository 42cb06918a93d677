using Microsoft.Playwright;
using OneTimeJwt.E2E.Infrastructure;

namespace OneTimeJwt.E2E.Pages;

public sealed class ForgotPasswordPage(Tab tab) : SitePage(tab)
{
    public ILocator Address => Field("E-mail address");

    public ILocator MailMeALink => Button("Mail me a link");

    public static async Task<ForgotPasswordPage> OpenAsync(Tab tab)
    {
        await tab.GoAsync("/forgot-password");
        return await AtAsync(tab);
    }

    public static Task<ForgotPasswordPage> AtAsync(Tab tab) => AtAsync(new ForgotPasswordPage(tab), "Forgot your password?");

    public async Task<LookInYourMailPage> AskAsync(string address)
    {
        await Address.FillAsync(address);
        await PressAsync("Mail me a link");
        return await LookInYourMailPage.AtAsync(Tab);
    }

    public async Task<ForgotPasswordPage> AskInVainAsync(string address)
    {
        await Address.FillAsync(address);
        await PressAsync("Mail me a link");
        return await AtAsync(Tab);
    }
}
