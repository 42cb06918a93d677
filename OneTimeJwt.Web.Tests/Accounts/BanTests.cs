using OneTimeJwt.Web.Accounts;
using OneTimeJwt.Web.Admin;
using OneTimeJwt.Web.Tests.Admin;
using OneTimeJwt.Web.Tests.Database;

namespace OneTimeJwt.Web.Tests.Accounts;

/// <summary>Applications ban by a date far ahead. That is somebody's decision, and nothing here lifts it.</summary>
public sealed class BanTests(AppOnEach apps) : IClassFixture<AppOnEach>
{
    private static readonly Dictionary<string, Func<DateTimeOffset, DateTimeOffset>> Bans = new()
    {
        ["a little longer than guessing causes"] = now => now.AddHours(24).AddMinutes(1),
        ["ten years"] = now => now.AddYears(10),
        ["a hundred years"] = now => now.AddYears(100),
        ["two hundred years"] = now => now.AddYears(200),
        ["a thousand years"] = now => now.AddYears(1000),
        ["a date"] = _ => new DateTimeOffset(2999, 1, 1, 0, 0, 0, TimeSpan.Zero),
        ["the date that used to be ours"] = _ => new DateTimeOffset(9999, 1, 1, 0, 0, 0, TimeSpan.Zero),
        ["the end of the calendar"] = _ => DateTimeOffset.MaxValue,
    };

    private static readonly Dictionary<string, Func<DateTimeOffset, DateTimeOffset>> Pauses = new()
    {
        ["fifteen minutes"] = now => now.AddMinutes(15),
        ["nearly a day"] = now => now.AddHours(23).AddMinutes(50),
    };

    public static TheoryData<DatabaseProvider, string> BansOnEach => AppOnEach.Cases(Bans.Keys);

    public static TheoryData<string> Names => [.. Bans.Keys];

    public static TheoryData<DatabaseProvider, string> PausesOnEach => AppOnEach.Cases(Pauses.Keys);

    [Theory]
    [MemberData(nameof(BansOnEach))]
    public async Task Who_is_banned_gets_no_link_and_no_link_that_is_out_works_and_the_date_stays(DatabaseProvider provider, string ban)
    {
        var app = await apps.OnAsync(provider);
        var account = await app.AddAccountAsync();
        var reset = await app.LinkForAsync(account);
        var secure = await app.MintAsync("secure", account.Id);
        using var visitor = app.Open();
        var form = await visitor.GetAsync(reset);
        using var session = app.Open();
        Assert.Equal("/account", (await session.SignInAsync(account.Email!, Passwords.Old)).Location);

        await BanAsync(app, account, ban);
        var banned = await app.ReadAsync(account.Id);

        Assert.Equal(LockState.Banned, await app.LockOfAsync(account.Id));
        (await visitor.GetAsync(reset)).IsRefusedAs("spent");
        (await visitor.SubmitAsync(form, ("password", Passwords.New))).IsRefusedAs("spent");
        (await visitor.GetAsync(secure)).IsRefusedAs("spent");
        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await visitor.SignInAsync(account.Email!, Passwords.Old)).Status);
        Assert.Equal(HttpStatusCode.Found, (await session.GetAsync("/account")).Status);
        await visitor.AskAsync(account.Email!);
        var suppressed = await Eventually.Async(
            () => app.TrailAsync(account.Id),
            lines => lines.Any(line => line.Kind == RecoveryEventKind.Suppressed));
        Assert.Contains(suppressed, line => line is { Kind: RecoveryEventKind.Suppressed, Detail: "locked" });
        Assert.Single(app.Mails.To(account.Email!));
        var after = await app.ReadAsync(account.Id);
        Assert.Equal(
            (banned.LockoutEnd, banned.PasswordHash, banned.SecurityStamp, banned.AccessFailedCount),
            (after.LockoutEnd, after.PasswordHash, after.SecurityStamp, after.AccessFailedCount));
    }

    [Theory]
    [MemberData(nameof(PausesOnEach))]
    public async Task What_guessing_causes_ends_with_a_password_that_is_chosen_by_link(DatabaseProvider provider, string pause)
    {
        var app = await apps.OnAsync(provider);
        var account = await app.AddAccountAsync();
        await app.WriteAsync(account.Id, row => row.SetProperty(known => known.LockoutEnd, Pauses[pause](app.Clock.GetUtcNow())));
        using var visitor = app.Open();
        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await visitor.SignInAsync(account.Email!, Passwords.Old)).Status);

        Assert.True((await visitor.RedeemAsync(await app.LinkForAsync(account), Passwords.New)).PasswordChanged);

        Assert.Null((await app.ReadAsync(account.Id)).LockoutEnd);
        Assert.Equal("/account", (await visitor.SignInAsync(account.Email!, Passwords.New)).Location);
    }

    [Theory]
    [InlineData(DatabaseProvider.Sqlite)]
    [InlineData(DatabaseProvider.PostgreSql)]
    public async Task A_date_that_Identity_ignores_is_ignored_everywhere(DatabaseProvider provider)
    {
        var app = await apps.OnAsync(provider);
        var admin = await app.AddAdminAsync(ConsoleRole.Admin);
        await BanAsync(app, admin.Account, "the end of the calendar", isHeeded: false);
        using var visitor = app.Open();

        Assert.Equal("/account", (await visitor.SignInAsync(admin.Account.Email!, Passwords.Old)).Location);
        Assert.Equal(HttpStatusCode.OK, (await visitor.GetAsync("/account")).Status);
        Assert.True((await app.ActAsync(admin, AdminAction.Lock, (await app.AddAccountAsync()).Id)).Done);
        Assert.Equal(LockState.Open, await app.LockOfAsync(admin.Id));
        Assert.True((await visitor.RedeemAsync(await app.LinkForAsync(admin.Account), Passwords.New)).PasswordChanged);
    }

    [Theory]
    [InlineData(DatabaseProvider.Sqlite)]
    [InlineData(DatabaseProvider.PostgreSql)]
    public async Task A_ban_that_is_written_while_a_password_is_being_saved_stays(DatabaseProvider provider)
    {
        Func<Task>? meanwhile = null;
        await using var app = await TestApp.StartAsync(
            provider: provider,
            replace: services =>
                services.ConfigureDbContext<AccountsContext>(options =>
                    options.AddInterceptors(
                        new Meanwhile<Account>(
                            row => row.UserName!.StartsWith("user-", StringComparison.Ordinal) && meanwhile is not null,
                            () => meanwhile!()))));
        var account = await app.AddAccountAsync();
        await app.WriteAsync(account.Id, row => row.SetProperty(known => known.LockoutEnd, app.Clock.GetUtcNow().AddMinutes(10)));
        var link = await app.LinkForAsync(account);
        meanwhile = () => WriteApartAsync(app, account, "a hundred years");
        using var visitor = app.Open();

        await visitor.RedeemAsync(link, Passwords.New);

        Assert.Equal(LockState.Banned, await app.LockOfAsync(account.Id));
        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await visitor.SignInAsync(account.Email!, Passwords.New)).Status);
    }

    [Theory]
    [InlineData(DatabaseProvider.Sqlite)]
    [InlineData(DatabaseProvider.PostgreSql)]
    public async Task A_ban_that_is_written_while_a_signed_in_user_changes_the_password_stays(DatabaseProvider provider)
    {
        Func<Task>? meanwhile = null;
        await using var app = await TestApp.StartAsync(
            provider: provider,
            replace: services =>
                services.ConfigureDbContext<AccountsContext>(options =>
                    options.AddInterceptors(new Meanwhile<Account>(_ => meanwhile is not null, () => meanwhile!()))));
        var account = await app.AddAccountAsync();
        using var visitor = app.Open();
        await visitor.SignInAsync(account.Email!, Passwords.Old);
        meanwhile = () => WriteApartAsync(app, account, "ten years");

        await visitor.ChangePasswordAsync(Passwords.Old, Passwords.New);

        Assert.Equal(LockState.Banned, await app.LockOfAsync(account.Id));
        Assert.Equal(HttpStatusCode.Found, (await visitor.GetAsync("/account")).Status);
    }

    [Theory]
    [MemberData(nameof(BansOnEach))]
    public async Task An_admin_who_is_banned_has_no_rights(DatabaseProvider provider, string ban)
    {
        var app = await apps.OnAsync(provider);
        var (admin, other) = (await app.AddAdminAsync(ConsoleRole.Admin), await app.AddAdminAsync(ConsoleRole.Admin));
        var account = await app.AddAccountAsync();

        await BanAsync(app, admin.Account, ban);

        Assert.False((await app.ActAsync(admin, AdminAction.Lock, account.Id)).Done);
        Assert.Equal(LockState.Open, await app.LockOfAsync(account.Id));
        await app.WithAsync<AccountsContext, int>(async database =>
        {
            var admins = await app.Roles().AdminsAsync(database);
            Assert.Equal((false, true), (admins.Contains(admin.Id), admins.Contains(other.Id)));
            Assert.Null(await app.Roles().RightsOfAsync(database, admin.Id));
            Assert.Equal(ConsoleRole.Admin, await app.Roles().OfAsync(database, admin.Id));
            return 0;
        });
    }

    [Fact]
    public async Task A_recovery_code_passes_no_ban_and_is_not_used_up_by_it()
    {
        var app = await apps.OnAsync(DatabaseProvider.Sqlite);
        var account = await app.AddAccountAsync();
        var codes = await app.WithAsync<UserManager<Account>, IEnumerable<string>>(async users =>
        {
            var row = (await users.FindByIdAsync(account.Id))!;
            await users.ResetAuthenticatorKeyAsync(row);
            await users.SetTwoFactorEnabledAsync(row, enabled: true);
            return (await users.GenerateNewTwoFactorRecoveryCodesAsync(row, 1))!;
        });
        using var visitor = app.Open();
        await visitor.SignInAsync(account.Email!, Passwords.Old);
        var step = await visitor.GetAsync("/sign-in/two-factor");

        await BanAsync(app, account, "ten years");
        Assert.NotEqual("/account", (await visitor.SubmitAsync(step, ("code", codes.First()))).Location);

        await app.WriteAsync(account.Id, row => row.SetProperty(known => known.LockoutEnd, (DateTimeOffset?)null));
        await visitor.SignInAsync(account.Email!, Passwords.Old);
        Assert.Equal(
            "/account",
            (await visitor.SubmitAsync(await visitor.GetAsync("/sign-in/two-factor"), ("code", codes.First()))).Location);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task A_ban_that_comes_after_this_was_not_me_is_no_lock_of_ours(string ban)
    {
        var app = await apps.OnAsync(DatabaseProvider.Sqlite);
        var account = await app.AddAccountAsync();
        using var owner = app.Open();
        (await owner.UseAsync(await app.MintAsync("secure", account.Id), account.Email)).IsUsed("secure");
        Assert.Equal(LockState.Secured, await app.LockOfAsync(account.Id));
        var link = MailFolder.Link((await app.Mails.WaitAsync(account.Email!))[0]);

        await BanAsync(app, account, ban);

        (await owner.GetAsync(link)).IsRefusedAs("spent");
        await app.WriteAsync(account.Id, row => row.SetProperty(known => known.LockoutEnd, (DateTimeOffset?)null));
        Assert.True((await owner.RedeemAsync(link, Passwords.New)).PasswordChanged);
    }

    [Fact]
    public async Task A_notice_to_somebody_who_is_banned_carries_no_link()
    {
        var app = await apps.OnAsync(DatabaseProvider.Sqlite);
        var admin = await app.AddAdminAsync(ConsoleRole.Admin);
        var account = await app.AddAccountAsync(shape: row => row.TwoFactorEnabled = true);
        await BanAsync(app, account, "a hundred years");

        Assert.True((await app.ActAsync(admin, AdminAction.ResetTwoFactor, account.Id)).Done);

        var notice = (await app.Mails.WaitAsync(account.Email!))[0];
        Assert.DoesNotContain("http", notice.TextBody, StringComparison.Ordinal);
        Assert.Contains("tell the people who run this site", notice.TextBody!.ReplaceLineEndings(" "), StringComparison.Ordinal);
    }

    // SQLite keeps moments as text, and applications write them as they please.
    [Theory]
    [InlineData("2999-01-01 00:00:00+00:00", LockState.Banned)]
    [InlineData("2999-01-01 00:00:00-11:00", LockState.Banned)]
    [InlineData("2999-01-01T00:00:00Z", LockState.Banned)]
    [InlineData("2999-01-01", LockState.Banned)]
    [InlineData("9999-12-31 23:59:59-05:00", LockState.Banned)]
    [InlineData("infinity", LockState.Banned)]
    [InlineData("", LockState.Banned)]
    [InlineData("1970-01-01 00:00:00+00:00", LockState.Open)]
    [InlineData("0001-01-01 00:00:00+00:00", LockState.Open)]
    public async Task A_moment_is_read_however_it_is_written_and_what_is_none_locks(string written, LockState state)
    {
        var app = await apps.OnAsync(DatabaseProvider.Sqlite);
        var account = await app.AddAccountAsync();
        await app.WithAsync<AccountsContext, int>(database =>
            database.Database.ExecuteSqlAsync($"UPDATE AspNetUsers SET LockoutEnd = {written} WHERE Id = {account.Id}"));
        using var visitor = app.Open();

        Assert.Equal(state, await app.LockOfAsync(account.Id));
        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await visitor.SignInAsync(account.Email!, Passwords.Other)).Status);
        Assert.Equal(
            state == LockState.Open ? HttpStatusCode.SeeOther : HttpStatusCode.UnprocessableEntity,
            (await visitor.SignInAsync(account.Email!, Passwords.Old)).Status);
    }

    [Theory]
    [InlineData("+09:00")]
    [InlineData("-09:00")]
    public async Task After_a_pause_that_another_application_wrote_in_its_own_zone_guesses_count_again(string offset)
    {
        var app = await apps.OnAsync(DatabaseProvider.Sqlite);
        var account = await app.AddAccountAsync();
        var over = app
            .Clock.GetUtcNow()
            .AddMinutes(-1)
            .ToOffset(TimeSpan.Parse(offset.TrimStart('+'), System.Globalization.CultureInfo.InvariantCulture));
        var written = over.ToString("yyyy-MM-dd HH:mm:ss.FFFFFFFzzz", System.Globalization.CultureInfo.InvariantCulture);
        await app.WithAsync<AccountsContext, int>(database =>
            database.Database.ExecuteSqlAsync($"UPDATE AspNetUsers SET LockoutEnd = {written} WHERE Id = {account.Id}"));
        using var visitor = app.Open();

        for (var i = 0; i < 5; i++)
            await visitor.SignInAsync(account.Email!, Passwords.Other);

        Assert.Equal(LockState.Paused, await app.LockOfAsync(account.Id));
    }

    private static Task<int> BanAsync(TestApp app, Account account, string ban, bool isHeeded = true) =>
        app.WriteAsync(
            account.Id,
            row =>
                row.SetProperty(known => known.LockoutEnabled, isHeeded)
                    .SetProperty(known => known.LockoutEnd, Bans[ban](app.Clock.GetUtcNow())));

    // From outside of the app's own lock on writing.
    private static async Task WriteApartAsync(TestApp app, Account account, string ban)
    {
        await using var database = await app.Services.GetRequiredService<IDbContextFactory<AccountsContext>>().CreateDbContextAsync();
        var until = Bans[ban](app.Clock.GetUtcNow());
        await database
            .Users.Where(row => row.Id == account.Id)
            .ExecuteUpdateAsync(row => row.SetProperty(known => known.LockoutEnd, until));
    }
}
