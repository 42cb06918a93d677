using OneTimeJwt.E2E.Infrastructure;

namespace OneTimeJwt.E2E.Pages;

/// <summary>Where a session is asked for the second step that it lacks.</summary>
public sealed class StepUpPage(Tab tab) : SitePage(tab)
{
    public static Task<StepUpPage> AtAsync(Tab tab) => AtAsync(new StepUpPage(tab), "Confirm that it’s you");

    public async Task<MailedCodePage> MailCodeAsync()
    {
        await PressAsync("Mail me a code");
        return await MailedCodePage.AtAsync(Tab);
    }
}
