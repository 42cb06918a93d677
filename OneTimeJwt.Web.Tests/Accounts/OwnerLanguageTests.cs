using OneTimeJwt.Web.Admin;
using OneTimeJwt.Web.Tests.Admin;

namespace OneTimeJwt.Web.Tests.Accounts;

/// <summary>Mails that somebody else sets off are in the language that the account's owner last used here.</summary>
public sealed class OwnerLanguageTests : IAsyncLifetime
{
    private TestApp _app = null!;

    public async ValueTask InitializeAsync() => _app = await TestApp.StartAsync();

    [Fact]
    public async Task A_sign_in_tells_it()
    {
        var account = await _app.AddAccountAsync();
        await SignInAsync(account, "de", "Europe/Berlin");

        Assert.Equal(("de", "(UTC+"), await MailOfAnAdminAsync(account, 1));

        await SignInAsync(account, "ja", "Asia/Tokyo");
        Assert.Equal("ja", (await MailOfAnAdminAsync(account, 2)).Language);
    }

    [Fact]
    public async Task A_password_that_is_chosen_by_a_link_tells_it()
    {
        var account = await _app.AddAccountAsync();
        using var visitor = _app.Open();
        var form = await visitor.GetAsync(await _app.LinkForAsync(account));
        Assert.Equal(
            "/reset-password/done?language=es",
            (await visitor.SubmitAsync(In(form, "es", "Europe/Madrid"), ("password", Passwords.New))).Location);

        Assert.Equal("es", (await MailOfAnAdminAsync(account, 3)).Language);
    }

    [Fact]
    public async Task Whoever_only_asks_or_fails_to_sign_in_tells_nothing()
    {
        var account = await _app.AddAccountAsync();
        using var visitor = _app.Open();
        await visitor.SubmitAsync(In(await visitor.GetAsync("/forgot-password"), "fr", "Europe/Paris"), ("email", account.Email!));
        Assert.Equal("fr", (await _app.Mails.WaitAsync(account.Email!))[0].Body!.Headers["Content-Language"]);
        await visitor.SubmitAsync(
            In(await visitor.GetAsync("/sign-in"), "fr", "Europe/Paris"),
            ("email", account.Email!),
            ("password", "wrong guess"));

        Assert.Equal(("en", "(UTC)"), await MailOfAnAdminAsync(account, 2));
        Assert.False(
            await _app.WithAsync<AccountsContext, bool>(database => database.RecoveryStates.AnyAsync(own => own.AccountId == account.Id)));
    }

    [Fact]
    public async Task Links_that_are_out_live_on_when_it_changes()
    {
        var account = await _app.AddAccountAsync();
        var link = await _app.LinkForAsync(account);

        await SignInAsync(account, "pt", "America/Sao_Paulo");

        using var visitor = _app.Open();
        Assert.True((await visitor.RedeemAsync(link, Passwords.New)).PasswordChanged);
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private static Answer In(Answer page, string language, string zone) => page with
    {
        Body = page.Body.Replace("name=\"zone\"", $"name=\"zone\" value=\"{zone}\"", StringComparison.Ordinal)
            .Replace("name=\"lang\" value=\"en\"", $"name=\"lang\" value=\"{language}\"", StringComparison.Ordinal),
    };

    private async Task SignInAsync(Account account, string language, string zone)
    {
        using var visitor = _app.Open();
        var answer = await visitor.SubmitAsync(
            In(await visitor.GetAsync("/sign-in"), language, zone),
            ("email", account.Email!),
            ("password", Passwords.Old));
        Assert.StartsWith("/account", answer.Location, StringComparison.Ordinal);
    }

    private async Task<(string? Language, string Zone)> MailOfAnAdminAsync(Account account, int count)
    {
        Assert.True((await _app.ActAsync(await _app.AddAdminAsync(ConsoleRole.Admin), AdminAction.SendLink, account.Id)).Done);
        var mail = (await _app.Mails.WaitAsync(account.Email!, count))[count - 1];
        return (mail.Body!.Headers["Content-Language"], mail.TextBody!.Contains("(UTC)", StringComparison.Ordinal) ? "(UTC)" : "(UTC+");
    }
}
