using OneTimeJwt.Web.Admin;
using OneTimeJwt.Web.Outbox;
using OneTimeJwt.Web.Tests.Admin;
using static OneTimeJwt.Web.Tests.App.HostWrites;

namespace OneTimeJwt.Web.Tests.Delivery;

/// <summary>Mail about rows that other applications wrote.</summary>
public sealed class OddMailTests(UnlimitedApps apps) : IClassFixture<UnlimitedApps>
{
    public static TheoryData<string> UntypedNames => [.. Untyped.Keys];

    [Theory]
    [InlineData("ban")]
    [InlineData("unconfirm")]
    [InlineData("delete")]
    [InlineData("forget the address")]
    public async Task What_happens_while_a_mail_waits_is_heeded_by_the_mail(string happens)
    {
        var app = await apps.OnAsync(DatabaseProvider.Sqlite);
        var account = await app.AddWithFactorAsync("on");
        var due = app.Clock.GetUtcNow().AddSeconds(4);
        foreach (var kind in new[] { OutboxKind.ResetLink, OutboxKind.SignInCode, OutboxKind.PasswordChangedNotice })
            await AddAsync(app, new OutboxMail { Kind = kind, AccountId = account.Id, RequestedAt = due.AddSeconds(-4), DueAt = due });

        await (
            happens switch
            {
                "ban" => BanAsync(app, account),
                "unconfirm" => app.WriteAsync(account.Id, row => row.SetProperty(known => known.EmailConfirmed, false)),
                "delete" => DeleteAsync(app, account.Id),
                _ => app.WriteAsync(
                    account.Id,
                    row => row.SetProperty(known => known.Email, "").SetProperty(known => known.NormalizedEmail, "")),
            });

        await Eventually.Async(
            () => app.WithAsync<AccountsContext, int>(database => database.Outbox.CountAsync(mail => mail.AccountId == account.Id)),
            waiting => waiting == 0);
        var mails = app.Mails.To(account.Email!);
        Assert.DoesNotContain(mails, mail => MailFolder.Subject(mail) == "Your one-time code");
        // An unconfirmed owner may choose a password, which confirms the address; to who is banned goes the bare notice.
        Assert.Equal(happens switch { "ban" => 1, "unconfirm" => 2, _ => 0 }, mails.Count);
        if (happens == "ban")
            Assert.DoesNotContain("http", mails[0].TextBody, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(" {0} ")]
    [InlineData("Ada <{0}>")]
    [InlineData("\"Ada, Countess\" <{0}>")]
    [InlineData("{0}, other@example.com")]
    [InlineData("{0}\r\nBcc: other@example.com")]
    [InlineData("mailto:{0}")]
    public async Task An_address_that_is_none_gets_no_mail_and_takes_nobody_elses(string written)
    {
        var app = await apps.OnAsync(DatabaseProvider.Sqlite);
        var account = await app.AddAccountAsync();
        var stored = string.Format(System.Globalization.CultureInfo.InvariantCulture, written, account.Email);
        await app.WriteAsync(account.Id, row => row.SetProperty(known => known.Email, stored));
        var others = app.Mails.To("other@example.com").Count;
        using var visitor = app.Open();

        Assert.Equal("/forgot-password/sent", (await visitor.AskAsync(account.Email!)).Location);
        await Eventually.Async(
            () => app.WithAsync<AccountsContext, int>(database => database.Outbox.CountAsync(mail => mail.RefusedAt == null)),
            waiting => waiting == 0);
        await Eventually.Async(
            () => app.TrailAsync(account.Id),
            lines =>
                lines.Any(line => line.Kind is RecoveryEventKind.MailRefused or RecoveryEventKind.Mailed or RecoveryEventKind.Suppressed));

        Assert.Equal((0, others), (app.Mails.To(account.Email!).Count, app.Mails.To("other@example.com").Count));
        Assert.Single(await app.TrailAsync(account.Id), line => line.Kind == RecoveryEventKind.MailRefused);
        Assert.Equal("/account", (await visitor.SignInAsync(account.Email!, Passwords.Old)).Location);
        Assert.Equal(HttpStatusCode.OK, (await visitor.GetAsync("/account")).Status);
    }

    [Fact]
    public async Task An_empty_hash_is_no_password_where_people_sign_in_elsewhere()
    {
        var app = await apps.OnAsync(DatabaseProvider.Sqlite);
        var account = await app.AddAccountAsync(shape: row => row.PasswordHash = "");
        await AddAsync(
            app,
            new IdentityUserLogin<string>
            {
                UserId = account.Id,
                LoginProvider = "google",
                ProviderKey = account.Id,
                ProviderDisplayName = "Google",
            });
        using var visitor = app.Open();

        await visitor.AskAsync(account.Email!);

        var mail = (await app.Mails.WaitAsync(account.Email!))[0];
        Assert.DoesNotContain("/reset-password", mail.TextBody, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Your account is locked: evil.example/unlock")]
    [InlineData("evil.example")]
    [InlineData("HTTPS:\\\\evil.example")]
    [InlineData("ｗｗｗ.evil.example")]
    [InlineData("call +49 30 1234567")]
    public async Task A_name_that_a_stranger_chose_is_no_link_in_the_owners_mail(string name)
    {
        await using var app = await TestApp.StartAsync();
        var owner = await app.AddAccountAsync();
        await app.AddAccountAsync(shape: row => (row.UserName, row.Email, row.EmailConfirmed) = (name, owner.Email, false));
        using var visitor = app.Open();

        await visitor.AskAsync(owner.Email!);

        foreach (var mail in await app.Mails.WaitAsync(owner.Email!, 2))
            Assert.DoesNotContain("evil.example", mail.TextBody, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_was_sent_and_is_refused_by_the_trail_is_set_aside_and_not_sent_again()
    {
        await using var app = await TestApp.StartAsync();
        var account = await app.AddAccountAsync();
        await SqlAsync(
            app,
            "CREATE TRIGGER refuse BEFORE INSERT ON RecoveryTrail WHEN NEW.Kind = 'NoticeMailed' BEGIN SELECT RAISE(ABORT, 'not this "
                + "one'); END");
        var now = app.Clock.GetUtcNow();
        await AddAsync(
            app,
            new OutboxMail
            {
                Kind = OutboxKind.PasswordChangedNotice,
                AccountId = account.Id,
                RequestedAt = now,
                DueAt = now,
            });

        var row = await Eventually.Async(
            () => app.WithAsync<AccountsContext, OutboxMail>(database => database.Outbox.SingleAsync()),
            mail => mail.RefusedAt is not null);
        Assert.Equal("it was sent, and that can't be written down", row.Cause);
        // Longer than a lease, and long enough for the worker to look twice.
        app.Clock.Move(TimeSpan.FromMinutes(1));
        await Task.Delay(TimeSpan.FromSeconds(2.5), TestContext.Current.CancellationToken);
        Assert.Single(app.Mails.To(account.Email!));
    }

    [Theory]
    [InlineData("0044-03-15 00:00:00+00 BC")]
    [InlineData("10000-01-01 00:00:00+00")]
    public async Task A_moment_that_only_PostgreSQL_knows_holds_up_nobody_elses_mail(string moment)
    {
        await using var app = await TestApp.StartAsync(provider: DatabaseProvider.PostgreSql);
        var admin = await app.AddAdminAsync(ConsoleRole.Admin);
        var (account, other) = (await app.AddAccountAsync(), await app.AddAccountAsync());
        await SqlAsync(app, $"UPDATE \"AspNetUsers\" SET \"LockoutEnd\" = CAST('{moment}' AS timestamptz) WHERE \"Id\" = '{account.Id}'");
        using var visitor = app.Open();
        await visitor.SignInAsync(admin.Account.Email!, Passwords.Old);

        await visitor.AskAsync(account.Email!);
        using var stranger = app.Open();
        await stranger.AskAsync(other.Email!);
        await app.Mails.WaitAsync(other.Email!);
        Assert.Empty(app.Mails.To(account.Email!));
    }

    [Theory]
    [MemberData(nameof(UntypedNames))]
    public async Task Whatever_SQLite_keeps_in_a_column_it_is_no_fault_of_the_page_and_holds_up_nobodys_mail(string shape)
    {
        await using var app = await TestApp.StartAsync();
        var (account, other) = (await app.AddAccountAsync(), await app.AddAccountAsync());
        await SqlAsync(app, $"UPDATE \"AspNetUsers\" SET \"{Untyped[shape]} WHERE \"Id\" = '{account.Id}'");
        using var visitor = app.Open();

        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await visitor.SignInAsync(account.Email!, Passwords.Other)).Status);
        var right = await visitor.SignInAsync(account.Email!, Passwords.Old);
        Assert.True((int)right.Status < 500, Fault(app));
        using var stranger = app.Open();
        await stranger.AskAsync(account.Email!);
        await app.LinkForAsync(other);
    }

    [Fact]
    public async Task One_row_that_cannot_be_read_holds_up_nobody_elses_mail()
    {
        await using var app = await TestApp.StartAsync();
        var (account, other) = (await app.AddAccountAsync(), await app.AddAccountAsync());
        await SqlAsync(app, $"UPDATE \"AspNetUsers\" SET \"AccessFailedCount\" = 3000000000 WHERE \"Id\" = '{account.Id}'");
        using var stranger = app.Open();
        await stranger.AskAsync(account.Email!);
        await stranger.AskAsync(other.Email!);

        await Task.Delay(TimeSpan.FromSeconds(8), TestContext.Current.CancellationToken);

        Assert.Single(app.Mails.To(other.Email!));
    }
}
