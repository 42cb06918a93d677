using Npgsql;

namespace OneTimeJwt.Web.Tests.Database;

/// <summary>A connection string that names the primary and a second host, as for a failover.</summary>
public sealed class TwoHostsTests
{
    [Fact]
    public async Task A_session_that_the_server_ends_is_noticed_by_nobody()
    {
        await using var app = await TestApp.StartAsync(provider: DatabaseProvider.PostgreSql, through: WithSecondHost);
        var account = await app.AddAccountAsync();
        var link = await app.LinkForAsync(account);
        using var visitor = app.Open();
        var form = await visitor.GetAsync(link);

        await EndSessionsAsync(app);
        Assert.True((await visitor.SubmitAsync(form, ("password", Passwords.New))).PasswordChanged);
        await EndSessionsAsync(app);
        (await visitor.SignInAsync(account.Email!, Passwords.New)).LeadsTo("/account");
        await EndSessionsAsync(app);
        (await visitor.AskAsync(account.Email!)).LeadsTo("/forgot-password/sent");
        await EndSessionsAsync(app);
        Assert.Equal("Healthy", (await visitor.GetAsync("/health/ready")).Body);
    }

    // Nobody listens at port 1.
    private static string WithSecondHost(string connectionString)
    {
        var one = new NpgsqlConnectionStringBuilder(connectionString);
        return new NpgsqlConnectionStringBuilder(connectionString)
        {
            Host = $"{one.Host}:{one.Port},127.0.0.1:1",
            TargetSessionAttributes = "read-write",
        }.ToString();
    }

    private static Task<int> EndSessionsAsync(TestApp app) =>
        app.WithAsync<AccountsContext, int>(database =>
            database.Database.ExecuteSqlAsync(
                $"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"));
}
