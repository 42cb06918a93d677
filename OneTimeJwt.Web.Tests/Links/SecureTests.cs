using OneTimeJwt.Web.Accounts;
using OneTimeJwt.Web.Admin;
using OneTimeJwt.Web.Outbox;
using OneTimeJwt.Web.Tests.Admin;

namespace OneTimeJwt.Web.Tests.Links;

/// <summary>"This wasn't me".</summary>
public sealed class SecureTests(SharedApp shared) : IClassFixture<SharedApp>
{
    private readonly TestApp _app = shared.App;

    [Fact]
    public async Task Sign_in_is_locked_sessions_and_links_end_and_the_owner_gets_back_in_by_the_fresh_link()
    {
        var account = await _app.AddAccountAsync();
        var link = await _app.SecureLinkForAsync(account, Passwords.Old, Passwords.Other);
        var (reset, confirm) = (await _app.MintAsync("reset", account.Id), await _app.MintAsync("secure", account.Id));
        using var intruder = _app.Open();
        Assert.Equal("/account", (await intruder.SignInAsync(account.Email!, Passwords.Other)).Location);
        using var owner = _app.Open();

        (await owner.UseAsync(link, account.Email)).IsUsed("secure");

        Assert.Equal("/sign-in?returnUrl=%2Faccount", (await intruder.GetAsync("/account")).Location);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await intruder.SignInAsync(account.Email!, Passwords.Other)).Status);
        (await intruder.GetAsync(reset)).IsRefusedAs("spent");
        (await intruder.GetAsync(confirm)).IsRefusedAs("spent");
        Assert.Equal(LockState.Secured, await _app.LockOfAsync(account.Id));

        var mails = await _app.Mails.WaitAsync(account.Email!, 2);
        Assert.True((await owner.RedeemAsync(MailFolder.Link(mails[1]), Passwords.New)).PasswordChanged);
        Assert.Equal("/account", (await owner.SignInAsync(account.Email!, Passwords.New)).Location);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await intruder.SignInAsync(account.Email!, Passwords.Other)).Status);
        Assert.Null((await _app.ReadAsync(account.Id)).LockoutEnd);
    }

    [Fact]
    public async Task The_password_that_an_intruder_knows_stays_dead_where_an_admin_lifts_the_lock()
    {
        var account = await _app.AddAccountAsync();
        using var visitor = _app.Open();
        (await visitor.UseAsync(await _app.SecureLinkForAsync(account, Passwords.Old, Passwords.Other), account.Email)).IsUsed("secure");

        Assert.True((await _app.ActAsync(await _app.AddAdminAsync(ConsoleRole.Admin), AdminAction.Unlock, account.Id)).Done);

        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await visitor.SignInAsync(account.Email!, Passwords.Other)).Status);
    }

    [Fact]
    public async Task Nothing_that_an_intruder_changes_kills_it_and_the_fresh_link_never_goes_to_his_address()
    {
        var account = await _app.AddAccountAsync();
        var link = await _app.SecureLinkForAsync(account, Passwords.Old, Passwords.Other);
        var (his, last) = (MailedLinks.NewAddress(), MailedLinks.NewAddress());
        using var intruder = _app.Open();
        (await intruder.UseAsync(await _app.ChangeLinkForAsync(account, his, Passwords.Other), account.Email)).IsUsed("change");
        var moved = await _app.ReadAsync(account.Id);
        (await intruder.UseAsync(await _app.ChangeLinkForAsync(moved, last, Passwords.Other), his)).IsUsed("change");
        await _app.AsAnotherApplicationAsync(account.Id, (users, row) => users.SetTwoFactorEnabledAsync(row, enabled: true));
        await _app.AsAnotherApplicationAsync(
            account.Id,
            (users, row) => users.SetLockoutEndDateAsync(row, _app.Clock.GetUtcNow().AddMinutes(10)));
        var before = _app.Mails.To(last).Count;

        using var owner = _app.Open();
        (await owner.UseAsync(link, account.Email)).IsUsed("secure");

        Assert.Equal(account.Email, (await _app.ReadAsync(account.Id)).Email);
        var fresh = await Eventually.Async(
            () => Task.FromResult(_app.Mails.To(account.Email!)),
            mails => mails.Any(mail => MailFolder.Subject(mail) == "Choose a new password"));
        Assert.True((await owner.RedeemAsync(MailFolder.Link(fresh[^1]), Passwords.New)).PasswordChanged);
        Assert.Equal(before, _app.Mails.To(last).Count);
        using var asks = _app.Open();
        await asks.AskAsync(last);
        await Eventually.Async(() => _app.OutboxAsync(), rows => rows == 0);
        Assert.Equal(before, _app.Mails.To(last).Count);
    }

    [Fact]
    public async Task After_another_application_changed_the_address_the_fresh_link_goes_to_the_one_that_was_told()
    {
        var account = await _app.AddAccountAsync();
        var link = await _app.SecureLinkForAsync(account, Passwords.Old, Passwords.Other);
        var his = MailedLinks.NewAddress();
        await _app.AsAnotherApplicationAsync(account.Id, (users, row) => users.SetEmailAsync(row, his));
        using var owner = _app.Open();

        (await owner.UseAsync(link, account.Email)).IsUsed("secure");

        Assert.Equal("Choose a new password", MailFolder.Subject((await _app.Mails.WaitAsync(account.Email!, 2))[1]));
        Assert.Empty(_app.Mails.To(his));
    }

    [Fact]
    public async Task An_intruder_who_secures_it_himself_hands_it_back_to_its_owner()
    {
        var account = await _app.AddAccountAsync();
        var his = MailedLinks.NewAddress();
        using var intruder = _app.Open();
        (await intruder.UseAsync(await _app.ChangeLinkForAsync(account, his), account.Email)).IsUsed("change");
        var moved = await _app.ReadAsync(account.Id);

        (await intruder.UseAsync(await _app.SecureLinkForAsync(moved, Passwords.Old, Passwords.Other), his)).IsUsed("secure");

        var fresh = await Eventually.Async(
            () => Task.FromResult(_app.Mails.To(account.Email!)),
            mails => mails.Any(mail => MailFolder.Subject(mail) == "Choose a new password"));
        Assert.Single(fresh, mail => MailFolder.Subject(mail) == "Choose a new password");
        Assert.DoesNotContain(_app.Mails.To(his), mail => MailFolder.Subject(mail) == "Choose a new password");
    }

    [Fact]
    public async Task When_the_links_to_the_old_address_are_dead_the_new_one_counts()
    {
        await using var app = await TestApp.StartAsync();
        var account = await app.AddAccountAsync();
        var moved = MailedLinks.NewAddress();
        using var owner = app.Open();
        (await owner.UseAsync(await app.ChangeLinkForAsync(account, moved), account.Email)).IsUsed("change");
        await app.Mails.WaitAsync(account.Email!);
        app.Clock.Move(TimeSpan.FromDays(8));

        (
            await owner.UseAsync(await app.SecureLinkForAsync(await app.ReadAsync(account.Id), Passwords.Old, Passwords.Other), moved)
        ).IsUsed("secure");

        await Eventually.Async(
            () => Task.FromResult(app.Mails.To(moved)),
            mails => mails.Any(mail => MailFolder.Subject(mail) == "Choose a new password"));
        Assert.Contains(app.Mails.To(moved), mail => MailFolder.Subject(mail) == "Choose a new password");
        Assert.Single(app.Mails.To(account.Email!));
    }

    [Fact]
    public async Task Where_the_old_address_was_given_away_and_can_be_had_once_only_the_account_is_secured_without_one()
    {
        await using var app = await TestApp.StartAsync();
        await app.WithAsync<AccountsContext, int>(database =>
            database.Database.ExecuteSqlAsync($"""CREATE UNIQUE INDEX "OneAddressEach" ON "AspNetUsers" ("NormalizedEmail")"""));
        var account = await app.AddAccountAsync();
        var link = await app.SecureLinkForAsync(account, Passwords.Old, Passwords.Other);
        using var intruder = app.Open();
        var his = MailedLinks.NewAddress();
        (await intruder.UseAsync(await app.ChangeLinkForAsync(account, his, Passwords.Other), account.Email)).IsUsed("change");
        await app.AddAccountAsync(shape: other => (other.UserName, other.Email) = (account.Email, account.Email));
        using var owner = app.Open();

        (await owner.UseAsync(link, account.Email)).IsUsed("secure");

        var row = await app.ReadAsync(account.Id);
        Assert.Null(row.Email);
        Assert.Equal(LockState.Secured, await app.LockOfAsync(row.Id));
        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await intruder.SignInAsync(his, Passwords.Other)).Status);
        var fresh = await Eventually.Async(
            () => Task.FromResult(app.Mails.To(account.Email!)),
            mails => mails.Any(mail => MailFolder.Subject(mail) == "Choose a new password"));
        Assert.True(
            (
                await owner.RedeemAsync(
                    MailFolder.Link(fresh.Single(mail => MailFolder.Subject(mail) == "Choose a new password")),
                    Passwords.New)
            ).PasswordChanged);
        Assert.DoesNotContain(app.Mails.To(his), mail => MailFolder.Subject(mail) == "Choose a new password");
    }

    [Fact]
    public async Task Admins_are_told_by_mail_and_in_the_trail()
    {
        await using var app = await TestApp.StartAsync();
        var (admin, support) = (await app.AddAdminAsync(ConsoleRole.Admin), await app.AddAdminAsync(ConsoleRole.Support));
        var link = await MailedLinks.OfAsync(app, "secure");
        using var visitor = app.Open();
        (await visitor.UseAsync(link)).IsUsed("secure");

        var mail = Assert.Single(await app.Mails.WaitAsync(admin.Account.Email!));
        Assert.Equal("An account was secured", MailFolder.Subject(mail));
        Assert.Contains($"/admin/accounts/{link.Account.Id}", mail.TextBody, StringComparison.Ordinal);
        Assert.DoesNotContain("token=", mail.ToString(), StringComparison.Ordinal);
        Assert.Empty(app.Mails.To(support.Account.Email!));
        Assert.Single(await app.TrailAsync(link.Account.Id), line => line.Kind == RecoveryEventKind.Secured);
        var funnel = await app.WithAsync<DashboardReader, Funnel>(reader => reader.FunnelAsync());
        Assert.Contains(funnel.Reasons, reason => reason is { Kind: RecoveryEventKind.Secured, Day: 1 });
    }

    [Fact]
    public async Task Who_floods_the_account_with_requests_does_not_keep_the_fresh_link_away()
    {
        await using var app = await TestApp.StartAsync(new() { ["RateLimits:PerAccount:Permits"] = "1" });
        var account = await app.AddAccountAsync();
        var link = await app.SecureLinkForAsync(account, Passwords.Old, Passwords.Other);
        await app.LinkForAsync(account);
        using var owner = app.Open();

        (await owner.UseAsync(link, account.Email)).IsUsed("secure");

        var mails = await app.Mails.WaitAsync(account.Email!, 3);
        Assert.True((await owner.RedeemAsync(MailFolder.Link(mails[2]), Passwords.New)).PasswordChanged);
    }

    [Fact]
    public async Task Every_notice_to_an_owner_carries_one_and_no_row_of_the_outbox_does()
    {
        var account = await _app.AddAccountAsync();
        string[] kinds =
        [
            OutboxKind.PasswordChangedNotice,
            OutboxKind.TwoFactorResetNotice,
            OutboxKind.TwoFactorOnNotice,
            OutboxKind.TwoFactorOffNotice,
            OutboxKind.AuthenticatorNotice,
            OutboxKind.RecoveryCodesNotice,
            OutboxKind.PasskeyAddedNotice,
            OutboxKind.PasskeyRemovedNotice,
            OutboxKind.AddressChangedNotice,
        ];
        var now = _app.Clock.GetUtcNow();
        await _app.WithAsync<AccountsContext, int>(database =>
        {
            database.AddRange(kinds.Select(kind => new OutboxMail { Kind = kind, AccountId = account.Id, RequestedAt = now, DueAt = now }));
            return database.SaveChangesAsync();
        });

        var mails = await _app.Mails.WaitAsync(account.Email!, kinds.Length);

        Assert.All(mails, mail => Assert.Contains("/secure-account?token=", MailFolder.Link(mail), StringComparison.Ordinal));
        using var visitor = _app.Open();
        (await visitor.UseAsync(MailFolder.Link(mails[3]), account.Email)).IsUsed("secure");
        foreach (var mail in mails)
            (await visitor.GetAsync(MailFolder.Link(mail))).IsRefusedAs("spent");
    }
}
