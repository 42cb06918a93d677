using System.Security.Cryptography;
using Microsoft.AspNetCore.Builder;
using Microsoft.EntityFrameworkCore.Query;
using Microsoft.Extensions.Logging;
using OneTimeJwt.E2E.Infrastructure;
using OneTimeJwt.Web.Accounts;
using OneTimeJwt.Web.Hosting;

namespace OneTimeJwt.Web.Tests.App;

/// <summary>The whole app in this process: real server, real port, real database file; only the clock can be moved,
/// and passwords are hashed quickly.</summary>
public sealed class TestApp : IAsyncDisposable
{
    private const int CheapIterations = 1_000;

    private readonly Dictionary<string, string?> _settings;
    private readonly bool _ownsFolder;
    private readonly bool _realHashes;
    private readonly Action<IServiceCollection>? _replace;
    private readonly TestDatabase _database;
    private readonly WebApplication _app;

    private TestApp(
        string folder,
        bool ownsFolder,
        Dictionary<string, string?> settings,
        RunningClock clock,
        Action<IServiceCollection>? replace,
        TestDatabase database,
        bool realHashes)
    {
        (Folder, _ownsFolder, _settings, Clock, _replace, _database, _realHashes) = (
            folder,
            ownsFolder,
            settings,
            clock,
            replace,
            database,
            realHashes);
        Origin = $"http://localhost:{LocalPort.Free()}";
        _app = Program.Build(Arguments(), Adjust);
    }

    public string Folder { get; }

    public TestDatabase Database => _database;

    public string Origin { get; }

    public RunningClock Clock { get; }

    public LogSink Log { get; } = new();

    public IServiceProvider Services => _app.Services;

    public MailFolder Mails => new(Path.Combine(Folder, "inbox"));

    /// <param name="settings">Over the usual ones; null takes one away.</param>
    /// <param name="beside">Another node, or an earlier run: the same folder, database, secrets and clock.</param>
    /// <param name="replace">Puts something that counts in the place of a part.</param>
    /// <param name="provider">Where its database is made; where none of that kind can be had, the test is skipped.</param>
    /// <param name="host">Makes another application's tables first; then the database is adopted.</param>
    /// <param name="encoding">What PostgreSQL stores text in; null for what the server usually takes.</param>
    /// <param name="through">Another way to the same database, from its connection string.</param>
    /// <param name="on">The database, where the test has made it.</param>
    /// <param name="clock">Where others share it.</param>
    /// <param name="realHashes">Whether a password costs what it costs in the product; tests that don't look at that
    /// have no use for it.</param>
    public static async Task<TestApp> StartAsync(
        Dictionary<string, string?>? settings = null,
        TestApp? beside = null,
        Action<IServiceCollection>? replace = null,
        DatabaseProvider? provider = null,
        bool realHashes = false,
        Func<TestDatabase, Task>? host = null,
        string? encoding = null,
        Func<string, string>? through = null,
        TestDatabase? on = null,
        RunningClock? clock = null)
    {
        var folder = beside?.Folder ?? Directory.CreateTempSubdirectory("ott-").FullName;
        var database = beside?._database ?? on ?? await TestDatabase.MakeAsync(provider ?? TestDatabase.Usual, folder, encoding);
        if (through is not null)
            settings = new(settings ?? []) { ["ConnectionStrings:Accounts"] = through(database.ConnectionString) };
        var app = new TestApp(
            folder,
            beside is null,
            Merge(folder, beside, settings, database),
            beside?.Clock ?? clock ?? new RunningClock(),
            replace,
            database,
            realHashes);
        Assert.True(await Startup.CheckAsync(app._app), "The settings were refused.");
        if (host is not null)
        {
            await host(database);
            await app.Services.GetRequiredService<Migrator>().AdoptAsync();
        }

        Assert.True(await Startup.PrepareAsync(app._app), "The database was refused.");
        Program.Use(app._app);
        await app._app.StartAsync();
        return app;
    }

    public Visitor Open() => new(Origin);

    /// <summary>An account with a password; its address is the only one of its kind.</summary>
    public Task<Account> AddAccountAsync(string? password = Passwords.Old, Action<Account>? shape = null) =>
        WithAsync<UserManager<Account>, Account>(async users =>
        {
            var address = $"user-{Guid.NewGuid():N}@example.com";
            var account = new Account { UserName = address, Email = address, EmailConfirmed = true };
            if (password is not null)
                account.PasswordHash = users.PasswordHasher.HashPassword(account, password);
            shape?.Invoke(account);
            var result = await users.CreateAsync(account);
            Assert.True(result.Succeeded, string.Join(' ', result.Errors.Select(error => error.Description)));
            return account;
        });

    /// <summary>Asks for a link and takes it out of the mail.</summary>
    public async Task<string> LinkForAsync(Account account)
    {
        var before = Mails.To(account.Email!).Count;
        using var visitor = Open();
        (await visitor.AskAsync(account.Email!)).LeadsTo("/forgot-password/sent");
        return MailFolder.Link((await Mails.WaitAsync(account.Email!, before + 1))[before]);
    }

    public async Task<T> WithAsync<TService, T>(Func<TService, Task<T>> use)
        where TService : notnull
    {
        await using var scope = Services.CreateAsyncScope();
        return await use(scope.ServiceProvider.GetRequiredService<TService>());
    }

    public Task<Account> ReadAsync(string id) =>
        WithAsync<AccountsContext, Account>(database => database.Users.AsNoTracking().SingleAsync(account => account.Id == id));

    public async Task<LockState> LockOfAsync(string id) => Services.GetRequiredService<AccountLock>().Of(await ReadAsync(id));

    /// <summary>What another application writes by a statement of its own: that column alone, and no new stamp.</summary>
    public Task<int> WriteAsync(string id, Action<UpdateSettersBuilder<Account>> columns) =>
        WithAsync<AccountsContext, int>(database => database.Users.Where(row => row.Id == id).ExecuteUpdateAsync(columns));

    public Task<List<RecoveryEvent>> TrailAsync(string? accountId = null) =>
        WithAsync<AccountsContext, List<RecoveryEvent>>(database => database.Trail.AsNoTracking()
            .Where(line => accountId == null || line.AccountId == accountId).OrderBy(line => line.At).ToListAsync());

    /// <summary>Waits for a line of one of these kinds: a mail is in the inbox before the trail has its line.</summary>
    public Task<List<RecoveryEvent>> TrailAsync(string accountId, params RecoveryEventKind[] until) =>
        Eventually.Async(() => TrailAsync(accountId), lines => lines.Exists(line => until.Contains(line.Kind)));

    public Task<int> OutboxAsync() => WithAsync<AccountsContext, int>(database => database.Outbox.CountAsync());

    /// <summary>As an operator stops it.</summary>
    public Task StopAsync() => _app.StopAsync();

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        if (_ownsFolder)
        {
            await using var context = await Services.GetRequiredService<IDbContextFactory<AccountsContext>>().CreateDbContextAsync();
            await _database.DropAsync(context.Database.GetDbConnection());
        }

        await _app.DisposeAsync();
        if (_ownsFolder)
        {
            Directory.Delete(Folder, recursive: true);
        }
    }

    internal string[] Arguments() =>
        [
            "--environment",
            _settings.GetValueOrDefault("environment") ?? "Development",
            "--applicationName",
            "OneTimeJwt.Web",
            "--contentRoot",
            Folder,
            "--urls",
            Origin,
            .. _settings
                .Where(setting => setting.Value is not null && setting.Key != "environment")
                .SelectMany(setting => new[] { $"--{setting.Key}", setting.Value! }),
        ];

    private void Adjust(WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton<TimeProvider>(Clock);
        if (!_realHashes)
            builder.Services.Configure<PasswordHasherOptions>(hasher => hasher.IterationCount = CheapIterations);
        builder.Logging.ClearProviders().AddProvider(Log).AddFilter<LogSink>(_ => true);
        _replace?.Invoke(builder.Services);
    }

    private static Dictionary<string, string?> Merge(
        string folder,
        TestApp? other,
        Dictionary<string, string?>? settings,
        TestDatabase database)
    {
        var merged = other is not null ? new Dictionary<string, string?>(other._settings) : new Dictionary<string, string?>
        {
            ["Database:Provider"] = database.Provider.ToString(),
            ["ConnectionStrings:Accounts"] = database.ConnectionString,
            ["Mail:Inbox:Directory"] = Path.Combine(folder, "inbox"),
            ["Tokens:Secrets:0:Id"] = "test",
            ["Tokens:Secrets:0:Value"] = Convert.ToBase64String(RandomNumberGenerator.GetBytes(32)),
        };
        foreach (var (key, value) in settings ?? [])
            merged[key] = value;
        return merged;
    }
}
