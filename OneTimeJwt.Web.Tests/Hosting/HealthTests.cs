using System.Text.Json;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using OneTimeJwt.Web.Hosting;
using OneTimeJwt.Web.Outbox;
using OneTimeJwt.Web.Tests.Admin;
using OneTimeJwt.Web.Tests.Mail;

namespace OneTimeJwt.Web.Tests.Hosting;

/// <summary>What probes are told, and who is told why.</summary>
public sealed class HealthTests(HealthTests.Watched shared) : IClassFixture<HealthTests.Watched>
{
    private const string Ready = "/health/ready";

    private readonly TestApp _app = shared.App;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Mail_that_waits_too_long_degrades_and_takes_no_node_out_of_rotation()
    {
        await using var app = await TestApp.StartAsync(Settings());
        var now = app.Clock.GetUtcNow();
        await AddAsync(app, now - TimeSpan.FromMinutes(16), refusedAt: null);
        await AddAsync(app, now - TimeSpan.FromDays(3), refusedAt: now);

        var (status, report) = await AskAsync(app);

        Assert.Equal((HttpStatusCode.OK, "Degraded", "Healthy"), (status, Status(report), Status(report, "database")));
        Assert.StartsWith("A mail has waited for 0.00:16:", Cause(report, "outbox"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_mail_that_was_refused_for_good_degrades_nothing()
    {
        await AddAsync(_app, _app.Clock.GetUtcNow() - TimeSpan.FromDays(3), refusedAt: _app.Clock.GetUtcNow());

        Assert.Equal("Healthy", Status((await AskAsync(_app)).Report));
    }

    [Fact]
    public async Task A_database_that_is_away_is_not_ready_and_live_all_the_same()
    {
        await using var app = await TestApp.StartAsync(Settings(), provider: DatabaseProvider.Sqlite);
        Assert.Equal(HttpStatusCode.OK, (await AskAsync(app)).Status);
        await app.WithAsync<AccountsContext, int>(CloseAsync);
        var file = Path.Combine(app.Folder, "accounts.db");
        File.Move(file, $"{file}.away");
        try
        {
            var (status, report) = await Eventually.Async(() => AskAsync(app), answer => answer.Status != HttpStatusCode.OK);

            Assert.Equal((HttpStatusCode.ServiceUnavailable, "Unhealthy"), (status, Status(report)));
            Assert.Equal("The database can't be reached.", Cause(report, "database"));
            using var visitor = app.Open();
            Assert.Equal((HttpStatusCode.OK, "Healthy"), await WordAsync(visitor, "/health/live"));
        }
        finally
        {
            File.Move($"{file}.away", file);
        }
    }

    [Fact]
    public async Task A_database_without_its_migrations_is_not_ready()
    {
        await using var connection = new SqliteConnection("Data Source=:memory:");
        await connection.OpenAsync(Cancellation);
        using var contexts = new Contexts(connection, Task.CompletedTask);
        var health = new DatabaseHealth(contexts, contexts.Writer, TimeProvider.System);

        var lacking = await health.CheckHealthAsync(new HealthCheckContext(), Cancellation);
        Assert.Equal(HealthStatus.Unhealthy, lacking.Status);
        Assert.Matches(@"^The database lacks \d+ migrations: run 'database migrate'\.$", lacking.Description);
    }

    [Fact]
    public async Task Strangers_are_told_a_word_and_nothing_else()
    {
        await using var app = await TestApp.StartAsync(
            new(Settings()) { ["Security:HealthNetworks:0"] = "192.0.2.0/24", ["Security:HealthNetworks:1"] = null });
        using var visitor = app.Open();

        Assert.Equal((HttpStatusCode.OK, "Healthy"), await WordAsync(visitor, Ready));
    }

    [Theory]
    [InlineData("203.0.113.9")]
    [InlineData("127.0.0.1")]
    public async Task Who_comes_through_a_proxy_that_is_not_known_is_a_stranger(string forwarded)
    {
        using var visitor = _app.Open();
        using var request = new HttpRequestMessage(HttpMethod.Get, Ready);
        request.Headers.Add("X-Forwarded-For", forwarded);

        Assert.Equal("Healthy", (await visitor.SendAsync(request)).Body);
    }

    [Fact]
    public async Task Probes_do_not_each_ask_the_database()
    {
        var reads = 0;
        var remembered = new CachedValue<int>(TimeSpan.FromMinutes(1), TimeProvider.System);

        var answers = await Task.WhenAll(
            Enumerable
                .Range(0, 20)
                .Select(_ => remembered.GetAsync(() => Task.FromResult(Interlocked.Increment(ref reads)), Cancellation)));

        Assert.Equal((1, 1), (reads, Assert.Single(answers.Distinct())));
    }

    private static Dictionary<string, string?> Settings() => new()
    {
        ["Security:HealthNetworks:0"] = "127.0.0.0/8",
        ["Security:HealthNetworks:1"] = "::1",
        ["Mail:Transport"] = "Smtp",
        ["Mail:Smtp:Host"] = "127.0.0.1",
        ["Mail:Smtp:Port"] = "9",
    };

    // An open file can be read wherever it was moved to.
    private static Task<int> CloseAsync(AccountsContext database)
    {
        SqliteConnection.ClearPool((SqliteConnection)database.Database.GetDbConnection());
        return Task.FromResult(0);
    }

    private static async Task AddAsync(TestApp app, DateTimeOffset since, DateTimeOffset? refusedAt) =>
        await app.WithAsync<AccountsContext, int>(database =>
        {
            database.Add(
                new OutboxMail
                {
                    Kind = OutboxKind.AdminNotice,
                    AccountId = $"{Guid.NewGuid()}",
                    RequestedAt = since,
                    DueAt = app.Clock.GetUtcNow() + TimeSpan.FromMinutes(1),
                    RefusedAt = refusedAt,
                });
            return database.SaveChangesAsync();
        });

    private static async Task<(HttpStatusCode Status, JsonElement Report)> AskAsync(TestApp app)
    {
        using var visitor = app.Open();
        var answer = await visitor.GetAsync(Ready);
        return (answer.Status, JsonSerializer.Deserialize<JsonElement>(answer.Body));
    }

    private static async Task<(HttpStatusCode Status, string Word)> WordAsync(Visitor visitor, string path)
    {
        var answer = await visitor.GetAsync(path);
        return (answer.Status, answer.Body);
    }

    private static string? Status(JsonElement report, string? check = null) => Part(report, check).GetProperty("status").GetString();

    private static string? Cause(JsonElement report, string check) => Part(report, check).GetProperty("cause").GetString();

    private static JsonElement Part(JsonElement report, string? check) =>
        check is null ? report : report.GetProperty("checks").GetProperty(check);

    public sealed class Watched : IAsyncLifetime
    {
        public TestApp App { get; private set; } = null!;

        public async ValueTask InitializeAsync() => App = await TestApp.StartAsync(Settings());

        public ValueTask DisposeAsync() => App.DisposeAsync();
    }
}
