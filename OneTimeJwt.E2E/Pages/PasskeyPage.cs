using OneTimeJwt.E2E.Infrastructure;

namespace OneTimeJwt.E2E.Pages;

/// <summary>Has the browser make a passkey.</summary>
public sealed class PasskeyPage(Tab tab) : SitePage(tab)
{
    public static Task<PasskeyPage> AtAsync(Tab tab) => AtAsync(new PasskeyPage(tab), "Add a passkey");

    /// <summary>The account's first second factor.</summary>
    public async Task<RecoveryCodesPage> AddFirstAsync(string name)
    {
        await Field("Name, so that you know it again").FillAsync(name);
        await PressAsync("Add a passkey");
        return await RecoveryCodesPage.AtAsync(Tab);
    }
}
