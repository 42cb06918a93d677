using Microsoft.Playwright;
using OneTimeJwt.E2E.Infrastructure;

namespace OneTimeJwt.E2E.Pages;

/// <summary>The form behind a link that works.</summary>
public sealed class ResetPasswordPage(Tab tab) : SitePage(tab)
{
    public ILocator NewPassword => Field("New password");

    public ILocator Show => Button("Show");

    public ILocator Save => Button("Save the new password");

    public static async Task<ResetPasswordPage> OpenAsync(Tab tab, string link)
    {
        await tab.GoAsync(link);
        return await AtAsync(tab);
    }

    public static Task<ResetPasswordPage> AtAsync(Tab tab) => AtAsync(new ResetPasswordPage(tab), "Choose a new password");

    public async Task<PasswordChangedPage> ChooseAsync(string password)
    {
        await SendAsync(password);
        return await PasswordChangedPage.AtAsync(Tab);
    }

    public async Task<ResetPasswordPage> ChooseInVainAsync(string password)
    {
        await SendAsync(password);
        return await AtAsync(Tab);
    }

    public async Task<InvalidLinkPage> ChooseTooLateAsync(string password)
    {
        await SendAsync(password);
        return await InvalidLinkPage.AtAsync(Tab);
    }

    public async Task SendAsync(string password)
    {
        await NewPassword.FillAsync(password);
        await PressAsync("Save the new password");
    }
}
