using System.Collections.Concurrent;
using System.Text.RegularExpressions;
using Microsoft.Playwright;

namespace OneTimeJwt.E2E.Infrastructure;

/// <summary>A test with browsers of its own. Of a failed one trace, screenshots and the app's log are kept; of a passed one nothing.</summary>
public abstract partial class BrowserTest(Suite suite) : IAsyncLifetime
{
    private const int Patience = 15_000;
    private const int PicturePatience = 5_000;

    private readonly List<IBrowserContext> _contexts = [];
    private readonly List<TestAccount> _accounts = [];
    private readonly string _artifacts = Path.Combine(Repository.Artifacts, Unsafe().Replace(TestContext.Current.Test!.TestDisplayName, "_"));

    protected Suite Suite => suite;

    protected Site Site => suite.Site;

    /// <summary>Whether the trace shows pages as they were: that runs a script in every frame, also where a page forbids scripts.</summary>
    protected virtual bool TakesSnapshots => true;

    /// <summary>What pages wrote to the browser's console.</summary>
    protected ConcurrentQueue<string> ConsoleMessages { get; } = [];

    /// <summary>Addresses that pages asked for.</summary>
    protected ConcurrentQueue<Uri> Requests { get; } = [];

    public ValueTask InitializeAsync()
    {
        Assert.SkipWhen(suite.Browsers.Missing is not null, suite.Browsers.Missing ?? "");
        if (Directory.Exists(_artifacts))
            Directory.Delete(_artifacts, recursive: true);
        return ValueTask.CompletedTask;
    }

    /// <summary>A browser that nobody used before, with one tab.</summary>
    protected async Task<Tab> NewBrowserAsync(BrowserNewContextOptions? options = null)
    {
        var context = await suite.Browsers.NewContextAsync(options ?? new());
        _contexts.Add(context);
        context.Console += (_, message) => ConsoleMessages.Enqueue($"{message.Location}: {message.Text}");
        context.WebError += (_, error) => ConsoleMessages.Enqueue($"{error.Page?.Url}: {error.Error}");
        context.Request += (_, request) => Requests.Enqueue(new Uri(request.Url));
        context.SetDefaultTimeout(Patience);
        await context.Tracing.StartAsync(new() { Snapshots = TakesSnapshots });
        return new Tab(await context.NewPageAsync(), Site.Address, options?.Locale?.Split('-')[0] ?? "en");
    }

    /// <summary>An account for this test alone.</summary>
    protected async Task<TestAccount> NewAccountAsync(AccountKind kind = AccountKind.Ordinary)
    {
        var account = await Site.Accounts.TakeAsync(kind, _accounts.Count(held => held.Kind == kind));
        _accounts.Add(account);
        return account;
    }

    public async ValueTask DisposeAsync()
    {
        if (TestContext.Current.TestState?.Result == TestResult.Failed)
            await KeepAsync();
        foreach (var context in _contexts)
            await context.DisposeAsync();
        foreach (var account in _accounts)
            await Site.GiveBackAsync(account);
        GC.SuppressFinalize(this);
    }

    private async Task KeepAsync()
    {
        Directory.CreateDirectory(_artifacts);
        await File.WriteAllTextAsync(Path.Combine(_artifacts, "app.log"), Site.Log);
        foreach (var (i, context) in _contexts.Index())
        {
            await context.Tracing.StopAsync(new() { Path = Path.Combine(_artifacts, $"browser-{i}.zip") });
            foreach (var (j, page) in context.Pages.Index())
                await PictureAsync(page, Path.Combine(_artifacts, $"browser-{i}-tab-{j}.png"));
        }
    }

    // A page that waits for its server has no picture; the test's own failure says more.
    private static async Task PictureAsync(IPage page, string file)
    {
        try
        {
            await page.ScreenshotAsync(new() { Path = file, FullPage = true, Timeout = PicturePatience });
        }
        catch (TimeoutException)
        {
        }
    }

    [GeneratedRegex("[^A-Za-z0-9_.-]+")]
    private static partial Regex Unsafe();
}
