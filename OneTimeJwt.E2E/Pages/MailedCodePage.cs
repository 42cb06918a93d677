using Microsoft.Playwright;
using OneTimeJwt.E2E.Infrastructure;

namespace OneTimeJwt.E2E.Pages;

/// <summary>The second step of an account whose factor only another application can ask for.</summary>
public sealed class MailedCodePage(Tab tab) : SitePage(tab)
{
    public ILocator Code => Field("Code from the mail");

    public ILocator Another => Page.GetByRole(AriaRole.Status);

    public static Task<MailedCodePage> AtAsync(Tab tab) => AtAsync(new MailedCodePage(tab), "One more step");

    public async Task<AccountPage> EnterAsync(string code)
    {
        await PassAsync(code);
        return await AccountPage.AtAsync(Tab);
    }

    public async Task<MailedCodePage> EnterInVainAsync(string code)
    {
        await PassAsync(code);
        return await AtAsync(Tab);
    }

    public async Task<MailedCodePage> MailAnotherAsync()
    {
        await PressAsync("Mail me another code");
        return await AtAsync(Tab);
    }

    /// <summary>On to wherever it leads.</summary>
    public async Task PassAsync(string code)
    {
        await Code.FillAsync(code);
        await PressAsync("Continue");
    }
}
