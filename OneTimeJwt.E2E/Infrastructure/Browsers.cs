using System.Collections.Concurrent;
using Microsoft.Playwright;

namespace OneTimeJwt.E2E.Infrastructure;

/// <summary>One process of each browser; every test has contexts of its own in it.</summary>
public sealed class Browsers : IAsyncDisposable
{
    // The shell is what Playwright itself runs headless; a full Chromium also draws its window's own pages, at three times the price.
    private static readonly string[] Names = ["chromium-headless-shell", "chromium", "chromium-browser", "google-chrome"];
    private static readonly string[] Quiet =
    [
        "--disable-quic",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--no-first-run",
    ];

    private readonly ConcurrentDictionary<string, Lazy<Task<IBrowser>>> _others = [];
    private readonly IPlaywright? _playwright;
    private readonly IBrowser? _browser;

    private Browsers(IPlaywright? playwright, IBrowser? browser, string? missing)
    {
        _playwright = playwright;
        _browser = browser;
        Missing = missing;
    }

    /// <summary>Why there is no browser; null where there is one.</summary>
    public string? Missing { get; }

    public static async Task<Browsers> LaunchAsync()
    {
        IPlaywright? playwright = null;
        try
        {
            playwright = await Playwright.CreateAsync();
            // Null stands for the browser that Playwright downloaded itself.
            var options = new BrowserTypeLaunchOptions
            {
                ExecutablePath = OnPath(),
                Args = Environment.UserName == "root" ? [.. Quiet, "--no-sandbox"] : Quiet,
            };
            return new Browsers(playwright, await playwright.Chromium.LaunchAsync(options), missing: null);
        }
        catch (PlaywrightException fault)
        {
            playwright?.Dispose();
            return new Browsers(
                null,
                null,
                $"No browser: none of {string.Join(", ", Names)} on PATH works, nor Playwright's own. {fault.Message}");
        }
    }

    /// <param name="options">How it looks and what it can.</param>
    /// <param name="engine">chromium, or firefox or webkit, whose tests are skipped where Playwright has not installed them.</param>
    public async Task<IBrowserContext> NewContextAsync(BrowserNewContextOptions options, string engine = "chromium") =>
        await (engine == "chromium" ? _browser! : await OtherAsync(engine)).NewContextAsync(options);

    /// <summary>A device as Playwright describes it: size, pixels, touch and name.</summary>
    public BrowserNewContextOptions Device(string name) => _playwright!.Devices[name];

    private async Task<IBrowser> OtherAsync(string engine)
    {
        var type = _playwright![engine];
        Assert.SkipUnless(
            File.Exists(type.ExecutablePath),
            $"Playwright's {engine} is not installed here (playwright.ps1 install --with-deps {engine}).");
        return await _others.GetOrAdd(engine, _ => new(() => type.LaunchAsync())).Value;
    }

    public async ValueTask DisposeAsync()
    {
        if (_browser is not null)
            await _browser.DisposeAsync();
        foreach (var other in _others.Values)
            await (await other.Value).DisposeAsync();
        _playwright?.Dispose();
    }

    /// <summary>For callers that start a browser of their own.</summary>
    public static string Flags => string.Join(' ', [.. Quiet, "--headless=new", "--no-sandbox"]);

    public static string? OnPath() =>
        (from name in Names
         from folder in (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
         let file = Path.Combine(folder, name)
         where File.Exists(file)
         select file).FirstOrDefault();
}
