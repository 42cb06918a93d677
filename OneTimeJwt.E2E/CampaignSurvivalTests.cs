using MimeKit;
using OneTimeJwt.E2E.Infrastructure;
using OneTimeJwt.E2E.Reporting;

namespace OneTimeJwt.E2E;

/// <summary>A process that is killed half way through a campaign: nobody is left out, and nobody gets more than two mails.</summary>
[Guarantee(9)]
[Purpose("reset")]
[Role("admin")]
public sealed class CampaignSurvivalTests
{
    private static readonly TimeSpan Timeout = TimeSpan.FromMinutes(10);

    [Fact]
    [Trait("Category", "long")]
    public Task A_campaign_survives_a_kill_half_way() => SurviveAsync(accounts: 300);

    [Fact]
    [Trait("Category", "long")]
    public Task Ten_thousand_accounts_get_their_mails_although_the_app_is_killed_half_way() => SurviveAsync(accounts: 10_000);

    private static async Task SurviveAsync(int accounts)
    {
        await using var site = await Site.StartAsync([]);
        var admin = await site.Accounts.TakeAsync(AccountKind.Admin);
        var campaign = await CampaignRows.StartAsync(site.App, admin, accounts);

        await UntilAsync(() => Task.FromResult(Mails(site.App).Count() >= accounts / 2));
        await site.App.KillAsync();
        await site.App.StartAgainAsync();
        await UntilAsync(async () => await CampaignRows.StateAsync(site.App, campaign) == "Done");

        var counts = Mails(site.App)
            .Select(file => MimeMessage.Load(file).To.Mailboxes.Single().Address)
            .CountBy(address => address)
            .ToDictionary();
        Assert.Equal(accounts, counts.Count);
        Assert.All(counts.Values, count => Assert.InRange(count, 1, 2));
        Assert.Equal(
            (accounts, accounts),
            ((int)await CampaignRows.SentAsync(site.App, campaign), (int)await CampaignRows.ResetsAsync(site.App, campaign)));
    }

    private static IEnumerable<string> Mails(RunningApp app) =>
        Directory.Exists(app.Inbox) ? Directory.EnumerateFiles(app.Inbox, "*.eml") : [];

    private static async Task UntilAsync(Func<Task<bool>> isThere)
    {
        using var timeout = new CancellationTokenSource(Timeout);
        while (!await isThere())
            await Task.Delay(100, timeout.Token);
    }
}
