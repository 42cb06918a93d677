using OneTimeJwt.Web.Accounts;
using static OneTimeJwt.Web.Tests.App.HostWrites;

namespace OneTimeJwt.Web.Tests.Accounts;

/// <summary>Lock-outs in the forms in which other applications write them, and databases that take no change.</summary>
public sealed class OddLockTests(UnlimitedApps apps) : IClassFixture<UnlimitedApps>
{
    [Theory]
    [InlineData("yyyy-MM-dd'T'HH:mm:ss.fff'Z'")]
    [InlineData("yyyy-MM-dd HH:mm:ss")]
    [InlineData("MM/dd/yyyy HH:mm:ss")]
    [InlineData("yyyy/MM/dd HH:mm:ss")]
    public async Task A_pause_that_another_application_wrote_in_its_own_form_ends_with_a_link(string form)
    {
        var app = await apps.OnAsync(DatabaseProvider.Sqlite);
        var account = await app.AddAccountAsync();
        // As late as guessing causes, so on the day on which the latest pause ends.
        var written = app
            .Clock.GetUtcNow()
            .AddHours(23)
            .AddMinutes(50)
            .UtcDateTime.ToString(form, System.Globalization.CultureInfo.InvariantCulture);
        await app.WithAsync<AccountsContext, int>(database =>
            database.Database.ExecuteSqlAsync($"UPDATE \"AspNetUsers\" SET \"LockoutEnd\" = {written} WHERE \"Id\" = {account.Id}"));
        Assert.Equal(LockState.Paused, await app.LockOfAsync(account.Id));
        using var visitor = app.Open();

        Assert.True((await visitor.RedeemAsync(await app.LinkForAsync(account), Passwords.New)).PasswordChanged);

        Assert.Equal(LockState.Open, await app.LockOfAsync(account.Id));
        Assert.Equal("/account", (await visitor.SignInAsync(account.Email!, Passwords.New)).Location);
    }

    [Theory]
    [InlineData("12/31/2999 00:00:00")]
    [InlineData("01 Jan 2999")]
    [InlineData("+2999-01-01")]
    [InlineData("99999999999")]
    public async Task Guesses_never_end_a_ban_however_it_is_written(string written)
    {
        var app = await apps.OnAsync(DatabaseProvider.Sqlite);
        var account = await app.AddAccountAsync();
        await app.WithAsync<AccountsContext, int>(database =>
            database.Database.ExecuteSqlAsync($"UPDATE \"AspNetUsers\" SET \"LockoutEnd\" = {written} WHERE \"Id\" = {account.Id}"));
        using var guesser = app.Open();

        for (var i = 0; i < 6; i++)
            Assert.Equal(HttpStatusCode.UnprocessableEntity, (await guesser.SignInAsync(account.Email!, Passwords.Other)).Status);
        // Also where guesses were judged before the ban was written.
        await app.WithAsync<UserManager<Account>, int>(async users =>
        {
            var row = (await users.FindByIdAsync(account.Id))!;
            for (var i = 0; i < 5; i++)
                await users.AccessFailedAsync(row);
            return 0;
        });

        Assert.Equal(LockState.Banned, await app.LockOfAsync(account.Id));
    }

    [Fact]
    public async Task Where_the_database_takes_no_change_the_page_says_neither_done_nor_used()
    {
        await using var app = await TestApp.StartAsync();
        var account = await app.AddAccountAsync();
        var link = await app.LinkForAsync(account);
        await app.WithAsync<AccountsContext, int>(database =>
            database.Database.ExecuteSqlAsync(
                $"""
                CREATE TRIGGER refuse BEFORE UPDATE OF "PasswordHash" ON "AspNetUsers"
                BEGIN SELECT RAISE(ABORT, 'not this one'); END
                """));
        using var visitor = app.Open();

        var answer = await visitor.RedeemAsync(link, Passwords.New);

        Assert.False(answer.PasswordChanged);
        Assert.Null(answer.Verdict);
        Assert.True((int)answer.Status is not 500, $"{answer.Status}");
        Assert.Equal("/account", (await visitor.SignInAsync(account.Email!, Passwords.Old)).Location);
    }

    [Theory]
    [InlineData("/account/email")]
    [InlineData("/account/two-factor/off")]
    [InlineData("/account/two-factor/authenticator")]
    [InlineData("/account")]
    public async Task A_form_that_was_open_when_the_ban_came_does_nothing(string path)
    {
        var app = await apps.OnAsync(DatabaseProvider.Sqlite);
        var account = await app.AddAccountAsync();
        using var visitor = app.Open();
        await visitor.SignInAsync(account.Email!, Passwords.Old);
        var proof = ("__RequestVerificationToken", AnswerMask.Antiforgery((await visitor.GetAsync(path)).Body));
        await BanAsync(app, account);
        var before = await app.ReadAsync(account.Id);

        var answer = await visitor.PostAsync(
            path,
            proof,
            ("password", Passwords.Old),
            ("email", MailedLinks.NewAddress()),
            ("current-password", Passwords.Old),
            ("new-password", Passwords.New));

        Assert.Equal(HttpStatusCode.Found, answer.Status);
        var after = await app.ReadAsync(account.Id);
        Assert.Equal(
            (before.PasswordHash, before.SecurityStamp, before.LockoutEnd, null),
            (after.PasswordHash, after.SecurityStamp, after.LockoutEnd, after.RecoveryState?.PendingAddress));
    }
}
