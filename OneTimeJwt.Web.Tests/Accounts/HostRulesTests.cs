using Npgsql;
using OneTimeJwt.Web.Accounts;
using OneTimeJwt.Web.Hosting;
using OneTimeJwt.Web.Links;
using OneTimeJwt.Web.SignIn;

namespace OneTimeJwt.Web.Tests.Accounts;

/// <summary>Databases whose application has columns and rules of its own, and what that must not break here.</summary>
public sealed class HostRulesTests
{
    private const string Flag = """ALTER TABLE "AspNetUsers" ADD COLUMN "IsDeleted" boolean NOT NULL DEFAULT false""";

    private static readonly Dictionary<string, string?> NotDeleted = new() { ["Database:Identity:Active:0"] = "IsDeleted = false" };

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("guess")]
    [InlineData("release")]
    public async Task A_ban_that_the_host_commits_at_that_moment_stays(string write)
    {
        await using var app = await TestApp.StartAsync(NotDeleted, provider: DatabaseProvider.PostgreSql, host: Host(Flag));
        var account = await app.AddAccountAsync(
            shape: row => row.LockoutEnd = write == "release" ? app.Clock.GetUtcNow().AddMinutes(5) : null);
        await using var scope = app.Services.CreateAsyncScope();
        var row = (await scope.ServiceProvider.GetRequiredService<UserManager<Account>>().FindByIdAsync(account.Id))!;
        await using var host = new NpgsqlConnection(app.Database.ConnectionString);
        await host.OpenAsync(Cancellation);
        await using var transaction = await host.BeginTransactionAsync(Cancellation);
        await using var ban = new NpgsqlCommand(
            """UPDATE "AspNetUsers" SET "LockoutEnd" = '9999-12-31', "LockoutEnabled" = true WHERE "Id" = $1""", host, transaction);
        ban.Parameters.Add(new() { Value = account.Id });
        await ban.ExecuteNonQueryAsync(Cancellation);

        var writing = write == "guess"
            ? scope.ServiceProvider.GetRequiredService<SignInLockout>().CountFailureAsync(row)
            : scope.ServiceProvider.GetRequiredService<LockoutRelease>().ReleaseAsync(row);
        await WaitsAsync(app.Database);
        await transaction.CommitAsync(Cancellation);
        await writing;

        Assert.Equal(9999, (await app.ReadAsync(account.Id)).LockoutEnd?.Year);
    }

    [Fact]
    public async Task Without_columns_for_lock_outs_this_wasnt_me_locks_until_a_password_is_chosen_by_link()
    {
        await using var app = await TestApp.StartAsync(
            provider: DatabaseProvider.Sqlite,
            host: Host("ALTER TABLE AspNetUsers DROP COLUMN LockoutEnd", "ALTER TABLE AspNetUsers DROP COLUMN LockoutEnabled"));
        var account = await app.AddAccountAsync();
        using var visitor = app.Open();

        (await visitor.UseAsync(await app.SecureLinkForAsync(account, Passwords.Old, Passwords.Other), account.Email)).IsUsed("secure");

        Assert.Equal(LockState.Secured, await app.LockOfAsync(account.Id));
        var fresh = MailFolder.Link((await app.Mails.WaitAsync(account.Email!, 2))[1]);
        Assert.True((await visitor.RedeemAsync(fresh, Passwords.New)).PasswordChanged);
        Assert.Equal(LockState.Open, await app.LockOfAsync(account.Id));
        (await visitor.SignInAsync(account.Email!, Passwords.New)).LeadsTo("/account");
    }

    [Fact]
    public async Task Where_an_address_must_be_there_this_wasnt_me_puts_one_that_no_mail_can_reach()
    {
        await using var app = await TestApp.StartAsync(
            provider: DatabaseProvider.PostgreSql,
            host: Host(
                """CREATE UNIQUE INDEX "Addresses" ON "AspNetUsers" ("NormalizedEmail")""",
                """ALTER TABLE "AspNetUsers" ALTER COLUMN "Email" SET NOT NULL"""));
        var account = await app.AddAccountAsync();
        var link = await app.SecureLinkForAsync(account, Passwords.Old, Passwords.Other);
        var thief = MailedLinks.NewAddress();
        await app.WriteAsync(account.Id, row => row
            .SetProperty(known => known.Email, thief).SetProperty(known => known.NormalizedEmail, thief.ToUpperInvariant())
            .SetProperty(known => known.UserName, thief).SetProperty(known => known.NormalizedUserName, thief.ToUpperInvariant()));
        await app.AddAccountAsync(shape: row => (row.Email, row.UserName) = (account.Email, account.Email));
        using var visitor = app.Open();

        (await visitor.UseAsync(link, account.Email)).IsUsed("secure");

        Assert.Equal(LockState.Secured, await app.LockOfAsync(account.Id));
        Assert.EndsWith("@address.invalid", (await app.ReadAsync(account.Id)).Email, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("ALTER TABLE AspNetUsers RENAME COLUMN LockoutEnd TO LockoutEndDateUtc", "Columns__LockoutEnd=LockoutEndDateUtc")]
    [InlineData("ALTER TABLE AspNetUserLogins RENAME TO UserLogins", "Tables__UserLogins=UserLogins")]
    public async Task What_can_be_done_without_and_is_there_under_another_name_is_not_passed_over(string sql, string line)
    {
        await using var app = await UnstartedApp.OnAsync(DatabaseProvider.Sqlite);
        await Host(sql)(app.Database);

        var report = await app.Adoption.CheckAsync();

        Assert.True(report.LacksSettings);
        Assert.Equal([$"Database__Identity__{line}"], report.Settings);
    }

    [Fact]
    public async Task A_table_without_rights_is_not_taken_for_one_that_is_missing()
    {
        await using var app = await UnstartedApp.OnAsync(DatabaseProvider.PostgreSql);
        await Host()(app.Database);
        await app.Migrator.AdoptAsync();
        await TellAsync(
            app.Database,
            "GRANT ALL ON SCHEMA public TO pg_monitor",
            "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO pg_monitor",
            """REVOKE ALL ON "AspNetUserLogins", "AspNetUserTokens" FROM pg_monitor""");

        await using var database = app.Twin(";Options=-c role=pg_monitor").Open();

        Assert.True(database.Identity.Has("UserLogins") && database.Identity.Has("UserTokens"));
        var (vital, _) = await DatabaseRights.LackingAsync(database, Cancellation);
        Assert.Equal(["AspNetUserTokens", "AspNetUserLogins"], vital.Select(right => right.Table).Distinct());
    }

    [Fact]
    public async Task A_start_without_the_settings_that_a_database_was_adopted_with_is_refused()
    {
        var settings = new Dictionary<string, string?> { ["Database:Identity:Tables:Users"] = "People" };
        await using var app = await TestApp.StartAsync(
            settings, provider: DatabaseProvider.Sqlite, host: Host("ALTER TABLE AspNetUsers RENAME TO People"));

        var arguments = app.Arguments().Where(argument => !argument.Contains("People", StringComparison.Ordinal));
        await using var without = Program.Build([.. arguments]);

        await Assert.ThrowsAsync<ForeignDatabaseException>(() => Startup.PrepareAsync(without));
    }

    [Theory]
    [InlineData("CreatedAt = foo", "Database:Identity:Active: the database can't compare with these values")]
    [InlineData("NormalizedUserName != '{0}{x}'", null)]
    public async Task A_condition_is_tried_before_anybody_is_judged_by_it(string condition, string? told)
    {
        await using var app = await UnstartedApp.OnAsync(DatabaseProvider.PostgreSql);
        await Host("""ALTER TABLE "AspNetUsers" ADD COLUMN "CreatedAt" timestamptz""")(app.Database);
        await using var with = Program.Build(
        [
            "--environment", "Development", "--contentRoot", app.Folder, "--Database:Provider=PostgreSql",
            $"--ConnectionStrings:Accounts={app.Database.ConnectionString}", $"--Database:Identity:Active:0={condition}",
        ]);

        var (obstacles, notes) = await with.Services.GetRequiredService<AdoptionCheck>().CheckAsync();

        Assert.Equal(told is null, obstacles.Count == 0);
        Assert.All(obstacles, obstacle => Assert.StartsWith(told!, obstacle, StringComparison.Ordinal));
        Assert.Equal(told is null, notes.Contains("5 accounts."));
    }

    private static Func<TestDatabase, Task> Host(params string[] statements) => async database =>
    {
        await HostDatabase.MakeAsync(database);
        await TellAsync(database, statements);
    };

    private static async Task TellAsync(TestDatabase database, params string[] statements)
    {
        await using var site = HostDatabase.Open(database);
        foreach (var statement in statements)
            await site.Database.ExecuteSqlRawAsync(statement, Cancellation);
    }

    // Until somebody waits for the row.
    private static async Task WaitsAsync(TestDatabase database) => Assert.NotEqual(0, await Eventually.Async(
        async () =>
        {
            await using var connection = new NpgsqlConnection(database.ConnectionString);
            await connection.OpenAsync(Cancellation);
            await using var command = new NpgsqlCommand(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'", connection);
            return (long)(await command.ExecuteScalarAsync(Cancellation))!;
        },
        waiting => waiting > 0));
}
