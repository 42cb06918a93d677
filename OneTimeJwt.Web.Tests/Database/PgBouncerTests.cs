using OneTimeJwt.Web.Tests.Hosting;

namespace OneTimeJwt.Web.Tests.Database;

/// <summary>Everything through PgBouncer in transaction mode.</summary>
[Trait("Category", "long")]
public sealed class PgBouncerTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    // The driver resets what it takes from its pool, and with that frees whatever lock a session was left with: without
    // resets, as OPERATIONS.md advises, a lock that outlives its transaction is seen.
    [Theory]
    [InlineData(1, "No Reset On Close=true")]
    [InlineData(1, "")]
    [InlineData(2, "")]
    [InlineData(20, "No Reset On Close=true")]
    public async Task Three_that_migrate_at_once_bring_the_schema_up_to_date_together(int sessions, string more)
    {
        for (var round = 0; round < 3; round++)
        {
            await using var app = await UnstartedApp.OnAsync(DatabaseProvider.PostgreSql);
            await using var bouncer = await PgBouncer.StartAsync(app.Database.ConnectionString, sessions);
            var settings = new Dictionary<string, string>
            {
                ["Database:Provider"] = "PostgreSql",
                ["ConnectionStrings:Accounts"] = $"{bouncer.Through(app.Database.ConnectionString)};{more}",
            };

            var runs = Enumerable.Range(0, 3).Select(_ => Executable.RunAsync(Path.GetTempPath(), settings, "database", "migrate"));
            var said = await Task.WhenAll(runs);

            Assert.All(said, run => Assert.True(run.Code == 0, run.Said));
            Assert.Single(said, run => run.Said.Contains("Applied:", StringComparison.Ordinal));
            Assert.Empty(await app.Migrator.PendingAsync());
            await using var database = app.Open();
            Assert.Equal(0, await database.Database.SqlQuery<int>($"""
                SELECT count(*)::int AS "Value" FROM pg_locks
                WHERE locktype = 'advisory' AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
                """).SingleAsync(Cancellation));
        }
    }

    [Fact]
    public async Task The_whole_flow_works_and_of_sixteen_redemptions_at_two_nodes_one_wins()
    {
        await using var any = await UnstartedApp.OnAsync(DatabaseProvider.PostgreSql);
        await using var bouncer = await PgBouncer.StartAsync(any.Database.ConnectionString, sessions: 5);
        var unlimited = new Dictionary<string, string?> { ["RateLimits:PerClient:Permits"] = "10000" };
        await using var app = await TestApp.StartAsync(unlimited, provider: DatabaseProvider.PostgreSql, through: bouncer.Through);
        await using var other = await TestApp.StartAsync(beside: app);

        for (var round = 0; round < 5; round++)
        {
            var account = await app.AddAccountAsync();
            var link = await app.LinkForAsync(account);

            var answers = await Task.WhenAll(Enumerable.Range(0, 16).Select(async i =>
            {
                using var visitor = (i % 2 == 0 ? app : other).Open();
                return await visitor.RedeemAsync(new Uri(link).PathAndQuery, $"{Passwords.New}-{i}");
            }));

            var winner = Array.FindIndex(answers, answer => answer.PasswordChanged);
            Assert.Single(answers, answer => answer.PasswordChanged);
            Assert.All(answers.Where(answer => !answer.PasswordChanged), answer => answer.IsRefusedAs("spent"));
            using var owner = other.Open();
            Assert.Equal("/account", (await owner.SignInAsync(account.Email!, $"{Passwords.New}-{winner}")).Location);
            Assert.Equal(System.Net.HttpStatusCode.OK, (await owner.GetAsync("/account")).Status);
            Assert.Single(await app.TrailAsync(account.Id), line => line.Kind == RecoveryEventKind.Redeemed);
            // The link's and the notice's.
            await app.Mails.WaitAsync(account.Email!, 2);
        }

        using var probe = app.Open();
        Assert.Equal("Healthy", (await probe.GetAsync("/health/ready")).Body);
    }
}
