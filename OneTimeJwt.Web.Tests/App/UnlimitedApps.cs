namespace OneTimeJwt.Web.Tests.App;

/// <summary>As <see cref="AppOnEach"/>, for more requests than one client is allowed.</summary>
public sealed class UnlimitedApps : IAsyncLifetime
{
    private readonly Dictionary<DatabaseProvider, TestApp> _apps = [];

    public async Task<TestApp> OnAsync(DatabaseProvider provider) =>
        _apps.TryGetValue(provider, out var app)
            ? app
            : _apps[provider] = await TestApp.StartAsync(new() { ["RateLimits:PerClient:Permits"] = "10000" }, provider: provider);

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        foreach (var app in _apps.Values)
            await app.DisposeAsync();
    }
}
