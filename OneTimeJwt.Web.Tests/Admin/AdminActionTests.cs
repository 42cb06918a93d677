using OneTimeJwt.Web.Admin;
using OneTimeJwt.Web.Languages;
using OneTimeJwt.Web.Outbox;
using OneTimeJwt.Web.SignIn;

namespace OneTimeJwt.Web.Tests.Admin;

/// <summary>Acts of the console, on the real database.</summary>
public sealed class AdminActionTests(SharedApp shared) : IClassFixture<SharedApp>
{
    private readonly TestApp _app = shared.App;

    [Theory]
    [InlineData(null, AdminAction.SendLink, null)]
    [InlineData(ConsoleRole.Support, AdminAction.SendLink, ConsoleRole.Admin)]
    [InlineData(ConsoleRole.Support, AdminAction.RevokeLinks, ConsoleRole.Admin)]
    [InlineData(ConsoleRole.Support, AdminAction.RequireReset, null)]
    [InlineData(ConsoleRole.Support, AdminAction.Lock, null)]
    [InlineData(ConsoleRole.Support, AdminAction.Unlock, null)]
    [InlineData(ConsoleRole.Support, AdminAction.ResetTwoFactor, null)]
    [InlineData(ConsoleRole.Support, AdminAction.MakeAdmin, ConsoleRole.Support)]
    public async Task A_refused_act_changes_nothing_and_is_recorded(ConsoleRole? role, AdminAction act, ConsoleRole? target)
    {
        var by = await _app.AddAdminAsync(role);
        var to = (await _app.AddAdminAsync(target)).Account;
        var before = await _app.ReadAsync(to.Id);

        var outcome = await _app.ActAsync(by, act, to.Id, "wanted to try");

        Assert.False(outcome.Done);
        var line = Assert.Single(await _app.TrailAsync(to.Id), line => line.Kind == RecoveryEventKind.ActRefused);
        Assert.Equal((by.Id, "wanted to try", "203.0.113.9"), (line.Actor, line.Reason, line.Client));
        Assert.EndsWith(outcome.Message, line.Detail, StringComparison.Ordinal);
        Assert.Equal(before.ConcurrencyStamp, (await _app.ReadAsync(to.Id)).ConcurrencyStamp);
        Assert.Equal(target, await _app.Roles().OfAsync(to.Id));
        Assert.Equal(0, await QueuedAsync(to.Id));
    }

    [Fact]
    public async Task Nobody_acts_on_himself()
    {
        var admin = await _app.AddAdminAsync(ConsoleRole.Admin);

        foreach (var act in Enum.GetValues<AdminAction>())
            Assert.False((await _app.ActAsync(admin, act, admin.Id)).Done);

        Assert.Equal(
            Enum.GetValues<AdminAction>().Length,
            (await _app.TrailAsync(admin.Id)).Count(line => line.Kind == RecoveryEventKind.ActRefused));
        Assert.Equal(ConsoleRole.Admin, await _app.Roles().OfAsync(admin.Id));
    }

    [Fact]
    public async Task Losing_the_role_takes_effect_at_the_next_act_and_the_attempt_is_recorded()
    {
        var admin = await _app.AddAdminAsync(ConsoleRole.Admin);
        var account = await _app.AddAccountAsync();
        Assert.True((await _app.ActAsync(admin, AdminAction.Lock, account.Id)).Done);
        await _app.Roles().RemoveAsync(admin.Id, ConsoleRole.Admin);

        var outcome = await _app.ActAsync(admin, AdminAction.Unlock, account.Id);

        Assert.Equal((false, Words.RefusalNoRole), (outcome.Done, outcome.Message));
        Assert.NotNull((await _app.ReadAsync(account.Id)).LockoutEnd);
        Assert.Single(await _app.TrailAsync(account.Id), line => line.Kind == RecoveryEventKind.ActRefused);
    }

    [Fact]
    public async Task A_session_that_is_over_does_nothing_more()
    {
        var admin = await _app.AddAdminAsync(ConsoleRole.Admin);
        var account = await _app.AddAccountAsync();
        await _app.WithAsync<UserManager<Account>, IdentityResult>(async users =>
            await users.UpdateSecurityStampAsync((await users.FindByIdAsync(admin.Id))!));

        Assert.False((await _app.ActAsync(admin, AdminAction.SendLink, account.Id)).Done);
        Assert.Equal(0, await QueuedAsync(account.Id));
    }

    [Fact]
    public async Task A_link_that_support_sends_is_mailed_in_its_name_and_lives_as_long_as_admins_links_do()
    {
        var support = await _app.AddAdminAsync(ConsoleRole.Support);
        var account = await _app.AddAccountAsync();

        Assert.True((await _app.ActAsync(support, AdminAction.SendLink, account.Id)).Done);

        var mail = (await _app.Mails.WaitAsync(account.Email!))[0];
        Assert.Contains("for 12 hours", mail.TextBody!.ReplaceLineEndings(" "), StringComparison.Ordinal);
        using var owner = _app.Open();
        Assert.True((await owner.RedeemAsync(MailFolder.Link(mail), Passwords.New)).PasswordChanged);
        var trail = await _app.TrailAsync(account.Id, RecoveryEventKind.Mailed);
        var line = Assert.Single(trail, line => line.Kind == RecoveryEventKind.LinkTriggered);
        Assert.Equal((support.Id, "asked for on the phone"), (line.Actor, line.Reason));
        Assert.Equal(support.Id, Assert.Single(trail, line => line.Kind == RecoveryEventKind.Mailed).Actor);
    }

    [Fact]
    public async Task Killing_links_kills_them_and_every_session_and_leaves_the_password()
    {
        var support = await _app.AddAdminAsync(ConsoleRole.Support);
        var account = await _app.AddAccountAsync();
        var link = await _app.LinkForAsync(account);
        using var owner = _app.Open();
        await owner.SignInAsync(account.Email!, Passwords.Old);

        Assert.True((await _app.ActAsync(support, AdminAction.RevokeLinks, account.Id)).Done);

        (await owner.GetAsync(link)).IsRefusedAs("spent");
        Assert.Equal(HttpStatusCode.Found, (await owner.GetAsync("/account")).Status);
        Assert.Equal("/account", (await owner.SignInAsync(account.Email!, Passwords.Old)).Location);
    }

    [Fact]
    public async Task A_required_reset_stops_the_password_and_mails_a_link_that_brings_a_new_one()
    {
        var admin = await _app.AddAdminAsync(ConsoleRole.Admin);
        var account = await _app.AddAccountAsync();

        Assert.True((await _app.ActAsync(admin, AdminAction.RequireReset, account.Id)).Done);

        using var owner = _app.Open();
        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await owner.SignInAsync(account.Email!, Passwords.Old)).Status);
        var mail = (await _app.Mails.WaitAsync(account.Email!))[0];
        Assert.Contains("no longer works", mail.TextBody!.ReplaceLineEndings(" "), StringComparison.Ordinal);
        Assert.True((await owner.RedeemAsync(MailFolder.Link(mail), Passwords.New)).PasswordChanged);
        Assert.Equal("/account", (await owner.SignInAsync(account.Email!, Passwords.New)).Location);
    }

    [Fact]
    public async Task A_password_that_must_be_reset_is_to_others_a_wrong_one()
    {
        var hash = _app.Services.GetRequiredService<UnusablePassword>().NewHash();
        var hasher = _app.WithAsync<UserManager<Account>, IPasswordHasher<Account>>(users => Task.FromResult(users.PasswordHasher));

        Assert.Equal(PasswordVerificationResult.Failed, (await hasher).VerifyHashedPassword(new Account(), hash, Passwords.Old));
        Assert.Equal((await hasher).HashPassword(new Account(), Passwords.Old).Length, hash.Length);
    }

    [Fact]
    public async Task A_lock_ends_sessions_and_links_for_good_and_an_admin_undoes_it()
    {
        var (admin, support) = (await _app.AddAdminAsync(ConsoleRole.Admin), await _app.AddAdminAsync(ConsoleRole.Support));
        var account = await _app.AddAccountAsync();
        var link = await _app.LinkForAsync(account);

        Assert.True((await _app.ActAsync(admin, AdminAction.Lock, account.Id)).Done);
        var undone = await _app.ActAsync(support, AdminAction.Unlock, account.Id);
        using var owner = _app.Open();
        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await owner.SignInAsync(account.Email!, Passwords.Old)).Status);
        Assert.Equal((false, "Support can’t undo an Admin’s lock."), (undone.Done, undone.Message));

        Assert.True((await _app.ActAsync(admin, AdminAction.Unlock, account.Id)).Done);
        Assert.Equal("/account", (await owner.SignInAsync(account.Email!, Passwords.Old)).Location);
        (await owner.GetAsync(link)).IsRefusedAs("spent");
        Assert.Equal("by Admin", Assert.Single(await _app.TrailAsync(account.Id), line => line.Kind == RecoveryEventKind.Locked).Detail);
    }

    [Fact]
    public async Task A_reset_of_two_factor_removes_the_key_and_tells_the_owner()
    {
        var admin = await _app.AddAdminAsync(ConsoleRole.Admin);
        var account = await _app.AddAccountAsync();
        await _app.WithAsync<UserManager<Account>, IdentityResult>(async users =>
        {
            var row = (await users.FindByIdAsync(account.Id))!;
            await users.ResetAuthenticatorKeyAsync(row);
            return await users.SetTwoFactorEnabledAsync(row, enabled: true);
        });

        Assert.True((await _app.ActAsync(admin, AdminAction.ResetTwoFactor, account.Id)).Done);

        Assert.False((await _app.ReadAsync(account.Id)).TwoFactorEnabled);
        Assert.Equal(
            0,
            await _app.WithAsync<AccountsContext, int>(database => database.UserTokens.CountAsync(token => token.UserId == account.Id)));
        var notice = (await _app.Mails.WaitAsync(account.Email!))[0];
        Assert.Equal("Two-factor sign-in was turned off", MailFolder.Subject(notice));
        Assert.Contains("/secure-account?token=", MailFolder.Link(notice), StringComparison.Ordinal);
        Assert.False((await _app.ActAsync(admin, AdminAction.ResetTwoFactor, account.Id)).Done);
    }

    [Fact]
    public async Task Refused_mail_is_sent_again_when_somebody_asks_for_it_and_only_then()
    {
        var support = await _app.AddAdminAsync(ConsoleRole.Support);
        var (account, other) = (await _app.AddAccountAsync(), await _app.AddAccountAsync());
        var now = _app.Clock.GetUtcNow();
        await _app.WithAsync<AccountsContext, int>(database =>
        {
            database.AddRange(new[] { account, other }.Select(owner => new OutboxMail
            {
                Kind = OutboxKind.ResetLink,
                AccountId = owner.Id,
                RequestedAt = now,
                DueAt = now,
                Attempts = 1,
                RefusedAt = now,
                Cause = "the mail server refused it with 550",
            }));
            return database.SaveChangesAsync();
        });

        Assert.True((await _app.ActAsync(support, AdminAction.TryMailAgain, account.Id)).Done);

        Assert.Single(await _app.Mails.WaitAsync(account.Email!));
        var line = Assert.Single(await _app.TrailAsync(account.Id), line => line.Kind == RecoveryEventKind.TriedAgain);
        Assert.Equal((support.Id, "asked for on the phone", "the mail server refused it with 550"), (line.Actor, line.Reason, line.Detail));
        Assert.Equal(0, await Eventually.Async(() => QueuedAsync(account.Id), count => count == 0));
        Assert.Equal(
            "No mail to this account is refused any more.",
            (await _app.ActAsync(support, AdminAction.TryMailAgain, account.Id)).Message);
        Assert.Equal(1, await QueuedAsync(other.Id));
    }

    [Fact]
    public async Task Roles_are_given_and_taken_with_a_reason()
    {
        var (admin, other) = (await _app.AddAdminAsync(ConsoleRole.Admin), await _app.AddAdminAsync(null));

        Assert.True((await _app.ActAsync(admin, AdminAction.MakeSupport, other.Id)).Done);
        Assert.True((await _app.ActAsync(admin, AdminAction.MakeAdmin, other.Id)).Done);
        Assert.False((await _app.ActAsync(admin, AdminAction.MakeSupport, other.Id)).Done);
        Assert.Equal(ConsoleRole.Admin, await _app.Roles().OfAsync(other.Id));
        Assert.True((await _app.ActAsync(admin, AdminAction.RemoveRole, other.Id, "left the desk")).Done);

        Assert.Null(await _app.Roles().OfAsync(other.Id));
        Assert.Contains(await _app.TrailAsync(other.Id), line => line is { Kind: RecoveryEventKind.RoleRemoved, Reason: "left the desk" });
    }

    [Fact]
    public async Task One_admin_sends_no_more_mails_than_his_budget_allows()
    {
        await using var app = await TestApp.StartAsync(new() { ["RateLimits:PerAdmin:Permits"] = "2" });
        var (admin, other) = (await app.AddAdminAsync(ConsoleRole.Admin), await app.AddAdminAsync(ConsoleRole.Support));
        var account = await app.AddAccountAsync();

        Assert.True((await app.ActAsync(admin, AdminAction.SendLink, account.Id)).Done);
        Assert.True((await app.ActAsync(admin, AdminAction.RequireReset, account.Id)).Done);
        Assert.False((await app.ActAsync(admin, AdminAction.SendLink, account.Id)).Done);
        Assert.True((await app.ActAsync(other, AdminAction.SendLink, account.Id)).Done);
        app.Clock.Move(TimeSpan.FromMinutes(61));
        Assert.True((await app.ActAsync(admin, AdminAction.SendLink, account.Id)).Done);
    }

    [Theory]
    [InlineData("")]
    [InlineData("  ")]
    public async Task Without_a_reason_nothing_is_done(string reason)
    {
        var admin = await _app.AddAdminAsync(ConsoleRole.Admin);
        var account = await _app.AddAccountAsync();

        Assert.False((await _app.ActAsync(admin, AdminAction.Lock, account.Id, reason)).Done);
        Assert.Null((await _app.ReadAsync(account.Id)).LockoutEnd);
    }

    private Task<int> QueuedAsync(string accountId) =>
        _app.WithAsync<AccountsContext, int>(database => database.Outbox.CountAsync(mail => mail.AccountId == accountId));
}
