using System.Collections.Concurrent;
using Microsoft.Playwright;
using OneTimeJwt.E2E.Reporting;

namespace OneTimeJwt.E2E.Infrastructure;

/// <summary>A test with browsers of its own. Of a failed one traces, pictures, mails and the app's log are kept; of a
/// passed one nothing.</summary>
public abstract class BrowserTest(Suite suite) : IAsyncLifetime
{
    private const int PictureTimeout = 5_000;

    private readonly List<IBrowserContext> _contexts = [];
    private readonly List<TestAccount> _accounts = [];
    private readonly string _artifacts = Path.Combine(Run.Report, Run.FolderOf(TestContext.Current.Test!.TestDisplayName));
    private readonly string _videos = Path.Combine(Path.GetTempPath(), $"onetimejwt-video-{Guid.NewGuid():N}");

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
        return ValueTask.CompletedTask;
    }

    /// <summary>A browser that nobody used before, with one tab.</summary>
    protected async Task<Tab> NewBrowserAsync(BrowserNewContextOptions? options = null, string engine = "chromium")
    {
        options ??= new();
        if (Video.IsWanted && TakesSnapshots)
            options.RecordVideoDir = _videos;
        var context = await suite.Browsers.NewContextAsync(options, engine);
        if (Video.IsWanted && TakesSnapshots)
            await context.AddInitScriptAsync(Video.Hide);
        _contexts.Add(context);
        context.Console += (_, message) => ConsoleMessages.Enqueue($"{message.Location}: {message.Text}");
        context.WebError += (_, error) => ConsoleMessages.Enqueue($"{error.Page?.Url}: {error.Error}");
        context.Request += (_, request) => Requests.Enqueue(new Uri(request.Url));
        context.SetDefaultTimeout(Suite.LoadTimeout);
        await context.Tracing.StartAsync(new() { Snapshots = TakesSnapshots });
        return new Tab(await context.NewPageAsync(), Site.Address, options.Locale?.Split('-')[0] ?? "en", options.HasTouch == true);
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
        var hasFailed = TestContext.Current.TestState?.Result == TestResult.Failed;
        if (hasFailed)
            await KeepAsync();
        foreach (var context in _contexts)
            await context.DisposeAsync();
        Video.End(_videos, hasFailed ? _artifacts : null);
        foreach (var account in _accounts)
            await Site.GiveBackAsync(account);
        GC.SuppressFinalize(this);
    }

    private async Task KeepAsync()
    {
        Directory.CreateDirectory(_artifacts);
        await File.WriteAllTextAsync(Path.Combine(_artifacts, "app.log"), Secrets.Hide(Site.Log));
        foreach (var (i, context) in _contexts.Index())
        {
            var trace = Path.Combine(_artifacts, $"browser-{i}.zip");
            await context.Tracing.StopAsync(new() { Path = trace });
            Secrets.HideInArchive(trace);
            foreach (var (j, page) in context.Pages.Index())
                await PictureAsync(page, Path.Combine(_artifacts, $"browser-{i}-tab-{j}.png"));
        }
    }

    // A page that waits for its server has no picture; the test's own failure says more.
    private static async Task PictureAsync(IPage page, string file)
    {
        try
        {
            await page.ScreenshotAsync(
                new()
                {
                    Path = file,
                    FullPage = true,
                    Timeout = PictureTimeout,
                    Mask = [page.Locator(Video.Secret)],
                });
        }
        catch (TimeoutException)
        {
        }
    }
}
