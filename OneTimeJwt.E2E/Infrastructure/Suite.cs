using OneTimeJwt.E2E.Infrastructure;

[assembly: AssemblyFixture(typeof(Suite))]

namespace OneTimeJwt.E2E.Infrastructure;

/// <summary>What all tests share: a site, a browser and one link that has expired.</summary>
public sealed class Suite : IAsyncLifetime
{
    /// <summary>How many seconds a page may take to show what is expected; 20 unless set.</summary>
    public const string PatienceSetting = "E2E_PATIENCE";

    private const int Patience = 20;

    private static readonly TimeSpan ShortestLifetime = TimeSpan.FromMinutes(1);

    private readonly CancellationTokenSource _over = new();
    private Site? _site;
    private Site? _other;
    private Task<ExpiredLink>? _expired;

    public Site Site => _site!;

    public Browsers Browsers { get; private set; } = null!;

    public NuChecker Nu { get; } = new();

    public async ValueTask InitializeAsync()
    {
        Microsoft.Playwright.Assertions.SetDefaultExpectTimeout(1000 * (int.TryParse(Environment.GetEnvironmentVariable(PatienceSetting), out var seconds) ? seconds : Patience));
        Browsers = await Browsers.LaunchAsync();
        if (Browsers.Missing is not null)
            return;

        // In the background: the link takes a minute to expire, which other tests use well.
        if (!Site.IsDeployed)
            _expired = MakeExpiredLinkAsync();
        _site = await Site.OpenAsync();
    }

    /// <summary>A link that nobody used in time, at an app of its own.</summary>
    public Task<ExpiredLink> ExpiredLinkAsync()
    {
        Assert.SkipWhen(_expired is null, "Needs an app whose links live for a minute only.");
        return _expired!;
    }

    public async ValueTask DisposeAsync()
    {
        await Nu.DisposeAsync();
        if (_site is not null)
        {
            foreach (var left in await _site.TidyAsync(Browsers))
                Console.WriteLine($"Left at the site: {left}.");
            await _site.DisposeAsync();
        }

        await _over.CancelAsync();
        if (_expired is not null)
            await Task.WhenAny(_expired);
        if (_other is not null)
            await _other.DisposeAsync();
        _over.Dispose();
        if (Browsers is not null)
            await Browsers.DisposeAsync();
    }

    private async Task<ExpiredLink> MakeExpiredLinkAsync()
    {
        var site = _other = await Site.StartAsync(new() { ["Tokens__Lifetimes__Reset"] = ShortestLifetime.ToString("c") });
        var account = await site.Accounts.TakeAsync(AccountKind.Ordinary);
        var link = await site.MailLinkAsync(account);
        await Task.Delay(ShortestLifetime + TimeSpan.FromSeconds(1), _over.Token);
        return new ExpiredLink(site, account, link);
    }
}

public sealed record ExpiredLink(Site Site, TestAccount Account, string Link);
