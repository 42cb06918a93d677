using Microsoft.Playwright;
using OneTimeJwt.E2E.Infrastructure;

namespace OneTimeJwt.E2E.Pages;

public sealed class SignInPage(Tab tab) : SitePage(tab)
{
    public ILocator Address => Field("E-mail address");

    public ILocator Password => Field("Password");

    public ILocator SignIn => Button("Sign in");

    public static async Task<SignInPage> OpenAsync(Tab tab, string path = "/sign-in")
    {
        await tab.GoAsync(path);
        return await AtAsync(tab);
    }

    public static Task<SignInPage> AtAsync(Tab tab) => AtAsync(new SignInPage(tab), "Sign in");

    public async Task<AccountPage> EnterAsync(TestAccount account, string? password = null)
    {
        await SendAsync(account.Email, password ?? account.Password);
        return await AccountPage.AtAsync(Tab);
    }

    public async Task<TwoFactorPage> EnterFirstStepAsync(TestAccount account, string? password = null)
    {
        await SendAsync(account.Email, password ?? account.Password);
        return await TwoFactorPage.AtAsync(Tab);
    }

    /// <summary>For an account whose second factor only another application can ask for.</summary>
    public async Task<MailedCodePage> EnterPasswordAsync(TestAccount account)
    {
        await SendAsync(account.Email, account.Password);
        return await MailedCodePage.AtAsync(Tab);
    }

    public async Task<SignInPage> EnterInVainAsync(string address, string password)
    {
        await SendAsync(address, password);
        return await AtAsync(Tab);
    }

    public async Task<ConfirmAddressPage> ConfirmAddressAsync()
    {
        await FollowAsync("Confirm an address");
        return await ConfirmAddressPage.AtAsync(Tab);
    }

    public async Task SendAsync(string address, string password)
    {
        await Address.FillAsync(address);
        await Password.FillAsync(password);
        await PressAsync("Sign in");
    }
}
