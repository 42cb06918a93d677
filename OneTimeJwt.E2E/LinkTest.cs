using OneTimeJwt.E2E.Infrastructure;
using OneTimeJwt.E2E.Pages;
using OneTimeJwt.E2E.Processes;

namespace OneTimeJwt.E2E;

/// <summary>What tests of dead links have in common.</summary>
public abstract class LinkTest(Suite suite) : BrowserTest(suite)
{
    protected static readonly (string?, int) Spent = ("spent", 410);
    protected static readonly (string?, int) Expired = ("expired", 410);
    protected static readonly (string?, int) Invalid = ("invalid", 400);

    /// <summary>Uses a link up in a browser of its own.</summary>
    protected async Task RedeemAsync(string link, string password) =>
        await (await ResetPasswordPage.OpenAsync(await NewBrowserAsync(), link)).ChooseAsync(password);

    /// <summary>A link is refused where it is opened, and also where somebody sends the form without opening it.</summary>
    protected async Task IsRefusedAsync((string?, int) verdict, string link, Site? site = null)
    {
        var dead = await InvalidLinkPage.OpenAsync(await NewBrowserAsync(), link);
        Assert.Equal(verdict, await dead.VerdictAsync());

        using var visitor = new Visitor((site ?? Site).Address);
        var answer = await visitor.SubmitAsync(
            "/forgot-password",
            "/reset-password",
            ("token", TokenOf(link)),
            ("password", "eleven forged brass keyrings"));
        var page = answer.Body;
        Assert.Equal(verdict.Item2, (int)answer.Status);
        Assert.Contains($"data-verdict=\"{verdict.Item1}\"", page, StringComparison.Ordinal);
    }

    /// <summary>Uses a link of any purpose up in a browser of its own.</summary>
    protected async Task UseAsync(string purpose, string link, TestAccount account)
    {
        var tab = await NewBrowserAsync();
        if (purpose is "reset")
            await (await ResetPasswordPage.OpenAsync(tab, link)).ChooseAsync(TestAccount.MakePassword());
        else if (purpose is "invite")
            await (await InvitationPage.OpenAsync(tab, link)).ChooseAsync(TestAccount.MakePassword());
        else
            await (await ConfirmActionPage.OpenAsync(tab, link)).FinishAsync(account.Email);
    }

    protected static AccountKind KindFor(string purpose) => purpose == "confirm" ? AccountKind.Unconfirmed : AccountKind.Ordinary;

    /// <summary>The account is as the test left it; the page that one signs in at has tests of its own.</summary>
    protected async Task SignsInAsync(TestAccount account, string? password = null) =>
        Assert.True(await ResetForm.SignsInAsync(Site.Address, account, password ?? account.Password));

    protected static string TokenOf(string link) => link[(link.IndexOf("token=", StringComparison.Ordinal) + "token=".Length)..];

    protected static string WithToken(string link, string token) => link.Replace(TokenOf(link), token, StringComparison.Ordinal);
}
