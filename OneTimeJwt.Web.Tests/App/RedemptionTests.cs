using System.Net;

namespace OneTimeJwt.Web.Tests.App;

public sealed class RedemptionTests(SharedApp shared) : IClassFixture<SharedApp>
{
    private readonly TestApp _app = shared.App;

    [Fact]
    public async Task A_link_is_asked_for_mailed_opened_and_redeemed()
    {
        var account = await _app.AddAccountAsync();
        using var visitor = _app.Open();

        var asked = await visitor.AskAsync(account.Email!);
        Assert.Equal((HttpStatusCode.SeeOther, "/forgot-password/sent", ""), (asked.Status, asked.Location, asked.Body));

        var link = Inbox.Link((await _app.Mails.WaitAsync(account.Email!))[0]);
        Assert.StartsWith($"{_app.Origin}/reset-password?token=", link, StringComparison.Ordinal);
        Assert.True((await visitor.RedeemAsync(link, Passwords.New)).PasswordChanged);
        Assert.Contains("data-outcome=\"password-changed\"", (await visitor.GetAsync("/reset-password/done")).Body, StringComparison.Ordinal);

        Assert.Equal("/account", (await visitor.SignInAsync(account.Email!, Passwords.New)).Location);
        using var other = _app.Open();
        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await other.SignInAsync(account.Email!, Passwords.Old)).Status);
    }
}
