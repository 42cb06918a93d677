using OneTimeJwt.E2E.Infrastructure;

namespace OneTimeJwt.E2E.Pages;

/// <summary>The form behind an invitation that works.</summary>
public sealed class InvitationPage(Tab tab) : SitePage(tab)
{
    public static async Task<InvitationPage> OpenAsync(Tab tab, string link)
    {
        await tab.GoAsync(link);
        return await AtAsync(tab);
    }

    public static Task<InvitationPage> AtAsync(Tab tab) => AtAsync(new InvitationPage(tab), "You’re invited");

    /// <summary>Chooses a password and goes on to sign-in.</summary>
    public async Task<SignInPage> ChooseAsync(string password)
    {
        await SendAsync(password);
        await FollowAsync("Sign in");
        return await SignInPage.AtAsync(Tab);
    }

    public async Task<InvitationPage> ChooseInVainAsync(string password)
    {
        await SendAsync(password);
        return await AtAsync(Tab);
    }

    private async Task SendAsync(string password)
    {
        await Field("Password").FillAsync(password);
        await PressAsync("Save the password");
    }
}
