using System.Diagnostics;
using System.Text.Json;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Npgsql;
using OneTimeJwt.Web.Hosting;
using OneTimeJwt.Web.Tests.Mail;

namespace OneTimeJwt.Web.Tests.Hosting;

/// <summary>Where people's forms get 503, the node says that it isn't ready, and why.</summary>
public sealed class DatabaseHealthTests(DatabaseHealthTests.Migrated migrated) : IClassFixture<DatabaseHealthTests.Migrated>
{
    private const string ReadOnly =
        "The database is read-only: a standby, or set so. Point ConnectionStrings:Accounts at the primary, or allow writes.";

    private static readonly (HttpStatusCode, string, string?) Ready = (HttpStatusCode.OK, "Healthy", null);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_full_disk_is_told_and_its_end_as_well()
    {
        await using var disk = await SmallDisk.MountAsync();
        await using var app = await StartAsync(TestDatabase.On(DatabaseProvider.Sqlite, $"Data Source={disk.Folder}/accounts.db"));
        Assert.Equal(Ready, await AskAsync(app));

        disk.Fill();
        await IsOutOfOrderAsync(app);
        Assert.Equal(NotReady("The database's disk is full: make room."), await AskAsync(app, HttpStatusCode.ServiceUnavailable));

        disk.MakeRoom();
        Assert.Equal(Ready, await AskAsync(app, HttpStatusCode.OK));
    }

    [Fact]
    public async Task A_read_only_database_is_told_and_stands_in_the_log_once()
    {
        await using var app = await StartAsync(provider: DatabaseProvider.PostgreSql);
        for (var i = 0; i < 3; i++)
            Assert.Equal(Ready, await AskAsync(app));
        Assert.Equal(0, await app.OutboxAsync());

        // Sessions that are open keep their setting; this one is none of the app's.
        var own = new NpgsqlConnectionStringBuilder(app.Database.ConnectionString) { Pooling = false };
        await using (var source = NpgsqlDataSource.Create(own))
        await using (var command = source.CreateCommand($"""
            ALTER DATABASE "{own.Database}" SET default_transaction_read_only = on;
            SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{own.Database}' AND pid <> pg_backend_pid()
            """))
        {
            await command.ExecuteNonQueryAsync(Cancellation);
        }

        for (var i = 0; i < 20; i++)
            Assert.Equal(NotReady(ReadOnly), await AskAsync(app, HttpStatusCode.ServiceUnavailable));

        Assert.Equal(1, app.Log.Count($"Error OneTimeJwt.Web.Hosting.HealthLog Health of database: Unhealthy. {ReadOnly}"));
        Assert.DoesNotContain(app.Log.Lines, line => line.Contains("Failed executing DbCommand", StringComparison.Ordinal)
            && line.Contains("INSERT INTO \"RecoveryOutbox\"", StringComparison.Ordinal));
        await IsOutOfOrderAsync(app);
    }

    [Theory]
    [InlineData("UPDATE ON \"AspNetUsers\"", HealthStatus.Unhealthy, "UPDATE on AspNetUsers")]
    [InlineData("SELECT ON \"AspNetUsers\"", HealthStatus.Unhealthy, "SELECT on AspNetUsers")]
    [InlineData("INSERT, DELETE ON \"RecoveryOutbox\"", HealthStatus.Unhealthy, "INSERT and DELETE on RecoveryOutbox")]
    [InlineData("INSERT ON \"RecoveryTrail\"", HealthStatus.Unhealthy, "INSERT on RecoveryTrail")]
    [InlineData("SELECT ON \"RecoveryMigrations\"", HealthStatus.Unhealthy, "SELECT on RecoveryMigrations")]
    [InlineData("USAGE ON SCHEMA public", HealthStatus.Unhealthy, "USAGE on the schema public")]
    [InlineData("DELETE ON \"RecoveryTrail\"", HealthStatus.Degraded, "DELETE on RecoveryTrail")]
    [InlineData("ALL ON \"RecoveryRoleMembers\"", HealthStatus.Unhealthy, "SELECT on RecoveryRoleMembers")]
    [InlineData("UPDATE ON \"RecoveryRoles\"", HealthStatus.Degraded, "UPDATE on RecoveryRoles")]
    [InlineData("DELETE ON \"RecoveryAccounts\"", HealthStatus.Degraded, "DELETE on RecoveryAccounts")]
    [InlineData("DELETE ON \"RecoveryPasskeys\"", HealthStatus.Degraded, "DELETE on RecoveryPasskeys")]
    [InlineData("INSERT ON \"RecoveryApiKeys\"", HealthStatus.Degraded, "INSERT on RecoveryApiKeys")]
    [InlineData("DELETE ON \"RecoveryActAnswers\"", HealthStatus.Degraded, "DELETE on RecoveryActAnswers")]
    [InlineData("DELETE ON \"RecoverySavedFilters\"", HealthStatus.Degraded, "DELETE on RecoverySavedFilters")]
    [InlineData("INSERT ON \"RecoveryCampaignLines\"", HealthStatus.Degraded, "INSERT on RecoveryCampaignLines")]
    [InlineData("INSERT ON \"RecoveryEventDeliveries\"", HealthStatus.Degraded, "INSERT on RecoveryEventDeliveries")]
    [InlineData("UPDATE ON \"RecoveryOidcSessions\"", HealthStatus.Degraded, "UPDATE on RecoveryOidcSessions")]
    [InlineData("INSERT ON \"RecoveryOidcLogouts\"", HealthStatus.Degraded, "INSERT on RecoveryOidcLogouts")]
    [InlineData("INSERT, UPDATE, DELETE ON \"RecoveryMigrations\"", HealthStatus.Healthy, null)]
    public Task A_right_that_the_serving_user_lacks_is_named(string right, HealthStatus status, string? named) =>
        IsNamedAsync(right, status, named);

    [Fact]
    public Task Where_events_are_sent_on_nothing_can_be_recorded_without_their_table() => IsNamedAsync(
        "INSERT ON \"RecoveryEventDeliveries\"", HealthStatus.Unhealthy, "INSERT on RecoveryEventDeliveries", "--Trail:JsonLines=stdout");

    [Fact]
    public async Task A_write_that_is_refused_for_another_cause_is_told_without_the_drivers_words()
    {
        await using var app = await UnstartedApp.OnAsync(DatabaseProvider.PostgreSql);
        await app.Migrator.MigrateAsync();
        await using var database = app.Open();
        await TellAsync(database, """ALTER TABLE "RecoveryOutbox" ADD CHECK ("Attempts" > 0)""");

        var told = await LookAsync(app);

        Assert.Equal((HealthStatus.Unhealthy, DatabaseFaults.DisplayText(DatabaseFault.Other)), (told.Status, told.Description));
    }

    private async Task IsNamedAsync(string right, HealthStatus status, string? named, params string[] settings)
    {
        var owner = await migrated.OnceAsync();
        await using var database = owner.Open();
        var user = $"serving_{Guid.NewGuid():N}";
        await TellAsync(database, $"""
            CREATE ROLE {user} LOGIN;
            REVOKE ALL ON SCHEMA public FROM PUBLIC;
            GRANT USAGE ON SCHEMA public TO {user};
            GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {user};
            REVOKE {right} FROM {user};
            """);
        try
        {
            var told = await LookAsync(owner.Twin($";Username={user};Pooling=false", settings));

            var cause = named is null ? null : $"The database user lacks {named}: see Rights in OPERATIONS.md.";
            Assert.Equal((status, cause), (told.Status, told.Description));
        }
        finally
        {
            await TellAsync(database, $"DROP OWNED BY {user}; DROP ROLE {user}");
        }
    }

    private static (HttpStatusCode, string?, string?) NotReady(string cause) => (HttpStatusCode.ServiceUnavailable, "Unhealthy", cause);

    private static Task<TestApp> StartAsync(TestDatabase? on = null, DatabaseProvider? provider = null) => TestApp.StartAsync(
        new() { ["Security:HealthNetworks:0"] = "127.0.0.0/8", ["Security:HealthNetworks:1"] = "::1" }, on: on, provider: provider);

    private static async Task IsOutOfOrderAsync(TestApp app)
    {
        using var visitor = app.Open();
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await visitor.AskAsync("ada@example.com")).Status);
    }

    private static async Task<(HttpStatusCode Status, string? Word, string? Cause)> AskAsync(TestApp app)
    {
        using var visitor = app.Open();
        var answer = await visitor.GetAsync("/health/ready");
        var check = JsonSerializer.Deserialize<JsonElement>(answer.Body).GetProperty("checks").GetProperty("database");
        var cause = check.TryGetProperty("cause", out var told) ? told.GetString() : null;
        return (answer.Status, check.GetProperty("status").GetString(), cause);
    }

    private static Task<(HttpStatusCode Status, string? Word, string? Cause)> AskAsync(TestApp app, HttpStatusCode wanted) =>
        Eventually.Async(() => AskAsync(app), answer => answer.Status == wanted);

    // A busy machine may take longer than whoever probes waits.
    private static Task<HealthCheckResult> LookAsync(UnstartedApp app) => Eventually.Async(
        () => app.Services.GetRequiredService<DatabaseHealth>().CheckHealthAsync(new HealthCheckContext(), Cancellation),
        told => told.Description != DatabaseFaults.DisplayText(DatabaseFault.Slow));

    private static Task<int> TellAsync(AccountsContext database, string sql)
    {
#pragma warning disable EF1002 // Written in this class.
        return database.Database.ExecuteSqlRawAsync(sql, Cancellation);
#pragma warning restore EF1002
    }

    /// <summary>Made for the first test that needs it.</summary>
    public sealed class Migrated : IAsyncDisposable
    {
        private UnstartedApp? _app;

        internal async Task<UnstartedApp> OnceAsync()
        {
            if (_app is null)
            {
                _app = await UnstartedApp.OnAsync(DatabaseProvider.PostgreSql);
                await _app.Migrator.MigrateAsync();
            }

            return _app;
        }

        public ValueTask DisposeAsync() => _app?.DisposeAsync() ?? ValueTask.CompletedTask;
    }

    /// <summary>A disk of a few megabytes.</summary>
    private sealed class SmallDisk : IAsyncDisposable
    {
        public string Folder { get; } = Directory.CreateTempSubdirectory("ott-disk-").FullName;

        private string Filler => Path.Combine(Folder, "filler");

        public static async Task<SmallDisk> MountAsync()
        {
            var disk = new SmallDisk();
            if (!OperatingSystem.IsLinux() || !Environment.IsPrivilegedProcess
                || await RunAsync("mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", disk.Folder) != 0)
            {
                Directory.Delete(disk.Folder);
                Assert.Skip("Mounting a disk of a known size takes Linux and root.");
            }

            return disk;
        }

        public void Fill()
        {
            using var filler = new FileStream(Filler, FileMode.Create, FileAccess.Write, FileShare.Read, bufferSize: 0);
            try
            {
                while (true)
                    filler.Write(new byte[1024]);
            }
            catch (IOException)
            {
                // No space left.
            }
        }

        public void MakeRoom() => File.Delete(Filler);

        public async ValueTask DisposeAsync()
        {
            await RunAsync("umount", "--lazy", Folder);
            Directory.Delete(Folder);
        }

        private static async Task<int> RunAsync(string program, params string[] words)
        {
            using var process = Process.Start(new ProcessStartInfo(program, words) { RedirectStandardError = true })!;
            await process.WaitForExitAsync(Cancellation);
            return process.ExitCode;
        }
    }
}
