using OneTimeJwt.Web.Admin;
using OneTimeJwt.Web.Tests.Admin;

namespace OneTimeJwt.Web.Tests.Links;

/// <summary>Confirming an address.</summary>
public sealed class ConfirmTests(SharedApp shared) : IClassFixture<SharedApp>
{
    private readonly TestApp _app = shared.App;

    [Fact]
    public async Task Whoever_could_not_sign_in_can_once_the_address_is_confirmed()
    {
        var account = await _app.AddAccountAsync(shape: row => row.EmailConfirmed = false);
        using var visitor = _app.Open();
        var refused = await visitor.SignInAsync(account.Email!, Passwords.Old);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, refused.Status);
        Assert.Contains("href=\"/forgot-password?confirm\"", refused.Body, StringComparison.Ordinal);

        var link = await _app.ConfirmLinkForAsync(account);
        (await visitor.UseAsync(link, account.Email)).IsUsed("confirm");

        var after = await _app.ReadAsync(account.Id);
        Assert.Equal((true, account.PasswordHash, account.SecurityStamp), (after.EmailConfirmed, after.PasswordHash, after.SecurityStamp));
        Assert.Equal("/account", (await visitor.SignInAsync(account.Email!, Passwords.Old)).Location);
        Assert.Equal(
            [
                (RecoveryEventKind.Requested, "to confirm the address"),
                (RecoveryEventKind.Mailed, "to confirm the address"),
                (RecoveryEventKind.Opened, null),
                (RecoveryEventKind.AddressConfirmed, null),
            ],
            (await _app.TrailAsync(account.Id, RecoveryEventKind.Mailed)).Select(line => (line.Kind, line.Detail)));
    }

    [Fact]
    public async Task Asking_to_confirm_has_one_answer_for_all()
    {
        var classes = new HashSet<string>();
        foreach (var address in await AccountKinds.OfEveryKindAsync(_app))
        {
            using var visitor = _app.Open();
            classes.Add(AnswerMask.Class(await visitor.AskToConfirmAsync(address), address));
        }

        Assert.StartsWith("303 /forgot-password/sent?confirm", Assert.Single(classes), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Who_is_confirmed_already_is_told_so_and_gets_no_link()
    {
        var account = await _app.AddAccountAsync();
        using var visitor = _app.Open();
        await visitor.AskToConfirmAsync(account.Email!);

        var mail = Assert.Single(await _app.Mails.WaitAsync(account.Email!));
        Assert.Equal("Your address is confirmed", MailFolder.Subject(mail));
        Assert.DoesNotContain("token=", mail.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_account_that_an_admin_locked_gets_no_link_to_confirm()
    {
        var account = await _app.AddAccountAsync(shape: row => (row.EmailConfirmed, row.LockoutEnd) = (false, DateTimeOffset.MaxValue));
        using var visitor = _app.Open();
        await visitor.AskToConfirmAsync(account.Email!);

        var lines = await Eventually.Async(() => _app.TrailAsync(account.Id), lines => lines.Count == 2);
        Assert.Equal((RecoveryEventKind.Suppressed, "locked"), (lines[^1].Kind, lines[^1].Detail));
        Assert.Empty(_app.Mails.To(account.Email!));
    }

    [Fact]
    public async Task A_dead_link_to_confirm_is_traded_for_a_fresh_one_of_its_kind_in_a_click()
    {
        await using var app = await TestApp.StartAsync();
        var account = await app.AddAccountAsync(shape: row => row.EmailConfirmed = false);
        var link = await app.ConfirmLinkForAsync(account);
        app.Clock.Move(TimeSpan.FromDays(1));
        using var visitor = app.Open();
        var expired = await visitor.GetAsync(link);
        expired.IsRefusedAs("expired");

        Assert.Equal("/forgot-password/sent?confirm", (await visitor.SubmitAsync(expired)).Location);

        var fresh = MailFolder.Link((await app.Mails.WaitAsync(account.Email!, 2))[1]);
        Assert.Contains("/confirm-email?", fresh, StringComparison.Ordinal);
        (await visitor.UseAsync(fresh, account.Email)).IsUsed("confirm");
    }

    [Fact]
    public async Task Links_to_confirm_and_to_reset_have_budgets_of_their_own()
    {
        await using var app = await TestApp.StartAsync(new() { ["RateLimits:PerAccount:Permits"] = "1" });
        var account = await app.AddAccountAsync(shape: row => row.EmailConfirmed = false);
        await app.ConfirmLinkForAsync(account);
        await app.LinkForAsync(account);
        using var visitor = app.Open();
        Assert.Equal("/forgot-password/sent?confirm", (await visitor.AskToConfirmAsync(account.Email!)).Location);

        var lines = await Eventually.Async(
            () => app.TrailAsync(account.Id),
            lines => lines.Any(line => line.Kind == RecoveryEventKind.Suppressed));
        Assert.Equal("enough mails lately", Assert.Single(lines, line => line.Kind == RecoveryEventKind.Suppressed).Detail);
        Assert.Equal(2, app.Mails.To(account.Email!).Count);
    }

    [Fact]
    public async Task An_admin_sends_one_to_who_is_unconfirmed_and_to_nobody_else()
    {
        var admin = await _app.AddAdminAsync(ConsoleRole.Support);
        var account = await _app.AddAccountAsync(shape: row => row.EmailConfirmed = false);

        Assert.True((await _app.ActAsync(admin, AdminAction.ConfirmAddress, account.Id)).Done);

        using var visitor = _app.Open();
        (await visitor.UseAsync(MailFolder.Link((await _app.Mails.WaitAsync(account.Email!))[0]), account.Email)).IsUsed("confirm");
        Assert.Contains(
            await _app.TrailAsync(account.Id),
            line => line.Kind == RecoveryEventKind.LinkTriggered && line.Actor == admin.Id && line.Detail == "to confirm the address");
        Assert.Equal(
            new AdminActionOutcome(AdminActionResult.Impossible, "The address is confirmed already."),
            await _app.ActAsync(admin, AdminAction.ConfirmAddress, account.Id));
    }
}
