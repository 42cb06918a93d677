using OneTimeJwt.E2E.InApp;
using OneTimeJwt.E2E.Infrastructure;

[assembly: AssemblyFixture(typeof(Suite))]

namespace OneTimeJwt.E2E.Infrastructure;

/// <summary>What all tests share: a site, a browser and one link that has expired, where a test wants it.</summary>
public sealed class Suite : IAsyncLifetime
{
    public const string PatienceSetting = "E2E_PATIENCE";

    private const int UsualTimeout = 20_000;

    private readonly Lazy<Task<ExpiredLink>> _expired = new(MakeExpiredLinkAsync);
    private Site? _site;

    /// <summary>Milliseconds that a page may take to load, or a press to be possible. Who is less patient with what
    /// pages show is not so with them.</summary>
    public static int LoadTimeout => Math.Max(Timeout, UsualTimeout);

    private static int Timeout => Environment.GetEnvironmentVariable(PatienceSetting) switch
    {
        null or "" => UsualTimeout,
        var text when int.TryParse(text, out var seconds) && seconds is >= 1 and <= 600 => seconds * 1_000,
        var text => throw new InvalidOperationException($"{PatienceSetting} is '{text}': write seconds, from 1 to 600."),
    };

    public Site Site => _site!;

    public Browsers Browsers { get; private set; } = null!;

    public NuChecker Nu { get; } = new();

    public async ValueTask InitializeAsync()
    {
        Microsoft.Playwright.Assertions.SetDefaultExpectTimeout(Timeout);
        Browsers = await Browsers.LaunchAsync();
        if (Browsers.Missing is not null)
            return;

        _site = await Site.OpenAsync();
        if (!Site.IsDeployed)
            await FreshDatabase.KeepAsync(_site.App);
    }

    /// <summary>A link that nobody used in time, at an app of its own.</summary>
    public Task<ExpiredLink> ExpiredLinkAsync() => _expired.Value;

    public async ValueTask DisposeAsync()
    {
        await Nu.DisposeAsync();
        if (_site is not null)
        {
            foreach (var left in await _site.CleanUpAsync(Browsers))
                Console.WriteLine($"Left at the site: {left}.");
            await _site.DisposeAsync();
        }

        if (_expired is { IsValueCreated: true, Value.IsCompletedSuccessfully: true })
            await (await _expired.Value).Site.DisposeAsync();
        if (Browsers is not null)
            await Browsers.DisposeAsync();
        FreshDatabase.Forget();
    }

    private static async Task<ExpiredLink> MakeExpiredLinkAsync()
    {
        var site = await Site.StartAsync(Clock.Settings);
        var account = await site.Accounts.TakeAsync(AccountKind.Ordinary);
        var link = await site.MailLinkAsync(account);
        site.App.PutClockForward(TimeSpan.FromHours(1));
        return new ExpiredLink(site, account, link);
    }
}

public sealed record ExpiredLink(Site Site, TestAccount Account, string Link);
