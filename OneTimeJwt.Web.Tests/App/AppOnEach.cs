namespace OneTimeJwt.Web.Tests.App;

/// <summary>One running app for each kind of database, started when a test of the class first asks for it.</summary>
public sealed class AppOnEach : IAsyncLifetime
{
    private readonly Dictionary<DatabaseProvider, TestApp> _apps = [];

    /// <summary>SQLite and PostgreSQL, which is skipped where no server is named.</summary>
    public static IReadOnlyList<DatabaseProvider> Providers { get; } = [DatabaseProvider.Sqlite, DatabaseProvider.PostgreSql];

    /// <summary>Each case on each kind of database.</summary>
    public static TheoryData<DatabaseProvider, string> Cases(IEnumerable<string> names) =>
        new(from provider in Providers from name in names select (provider, name));

    public async Task<TestApp> OnAsync(DatabaseProvider provider) =>
        _apps.TryGetValue(provider, out var app) ? app : _apps[provider] = await TestApp.StartAsync(provider: provider);

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        foreach (var app in _apps.Values)
            await app.DisposeAsync();
    }
}
