using OneTimeJwt.Web.Admin;
using OneTimeJwt.Web.Audit;

namespace OneTimeJwt.Web.Campaigns;

/// <summary>
/// Puts the next accounts of running campaigns into the outbox, at each campaign's rate. How far one has come, the mails
/// and the changes of the accounts are one transaction under the campaign's version: after a crash nothing is left out or
/// done twice, and of several nodes one releases each account.
/// </summary>
internal sealed partial class CampaignWorker(
    IDbContextFactory<AccountsContext> contexts,
    SqliteWriteLock writer,
    ConsoleRoles roles,
    AccountActions actions,
    TimeProvider time,
    ILogger<CampaignWorker> logger
) : Worker
{
    private const int MaxAtOnce = 250;
    private static readonly TimeSpan Tick = TimeSpan.FromSeconds(1);

    protected override Task WorkAsync(CancellationToken stoppingToken)
    {
        return RepeatAsync(Tick, time, ReleaseAllAsync, stoppingToken);

        async Task ReleaseAllAsync()
        {
            foreach (var id in await RunningAsync(stoppingToken))
                await TryAsync(() => writer.RunAsync(() => TryReleaseAsync(id, stoppingToken), stoppingToken), stoppingToken);
        }
    }

    [LoggerMessage(LogLevel.Error, "Campaigns could not be worked on ({Fault}); trying again shortly.")]
    protected override partial void LogFailure(string fault, Exception? unexpected);

    private async Task<List<Guid>> RunningAsync(CancellationToken cancellationToken)
    {
        await using var database = await contexts.CreateDbContextAsync(cancellationToken);
        return await database
            .Campaigns.Where(campaign => campaign.State == CampaignState.Running)
            .OrderBy(campaign => campaign.Id)
            .Select(campaign => campaign.Id)
            .ToListAsync(cancellationToken);
    }

    // A row that can't be read, or that another application's trigger keeps from being changed, doesn't block the others.
    private async Task<int> TryReleaseAsync(Guid id, CancellationToken cancellationToken)
    {
        for (var max = MaxAtOnce; ; max /= 2)
        {
            try
            {
                return await ReleaseAsync(id, Math.Max(max, 1), skips: max == 0, cancellationToken);
            }
            catch (DbUpdateException fault) when (fault.IsConflict())
            {
                // Another node was faster, an account was changed meanwhile, or a commit that was in doubt is done: the next
                // tick sees what is left.
                return 0;
            }
            catch (Exception fault)
                when (max > 0 && (fault.IsUnreadableRow() || (fault is DbUpdateException refused && refused.IsRefusal())))
            {
                // With half of them.
            }
        }
    }

    private async Task<int> ReleaseAsync(Guid id, int max, bool skips, CancellationToken cancellationToken)
    {
        await using var database = await contexts.CreateDbContextAsync(cancellationToken);
        if (
            await database.Campaigns.SingleOrDefaultAsync(row => row.Id == id && row.State == CampaignState.Running, cancellationToken)
            is not { } campaign)
            return 0;

        var now = time.GetUtcNow();
        if (!await IsAllowedAsync(database, campaign))
        {
            campaign.State = CampaignState.Paused;
            database.Add(
                new RecoveryEvent
                {
                    At = now,
                    Kind = RecoveryEventKind.CampaignPaused,
                    CampaignId = id,
                    Detail = "whoever started it is no Admin any more",
                });
        }
        else if (campaign.Released == campaign.Accounts)
        {
            if (!await database.Outbox.AnyAsync(mail => mail.CampaignId == id && mail.RefusedAt == null, cancellationToken))
                campaign.State = CampaignState.Done;
        }
        else if (Math.Min(Due(campaign, now), max) is > 0 and var due)
        {
            await (
                skips
                    ? SkipAsync(database, campaign, now, cancellationToken)
                    : ReleaseAsync(database, campaign, due, now, cancellationToken));
        }

        if (!database.ChangeTracker.HasChanges())
            return 0;

        campaign.Version = Guid.NewGuid();
        return await database.SaveChangesAsync(cancellationToken);
    }

    // A program with a token can't be looked up: what was judged at the start counts, and any Admin can stop it.
    private async Task<bool> IsAllowedAsync(AccountsContext database, Campaign campaign) =>
        MachineIdentity.IsOfToken(campaign.StartedBy)
        || await roles.RightsOfAsync(database, campaign.StartedBy) == ConsoleRole.Admin;

    private static async Task SkipAsync(
        AccountsContext database,
        Campaign campaign,
        DateTimeOffset now,
        CancellationToken cancellationToken)
    {
        var next = await database.CampaignAccounts.SingleAsync(
            account => account.CampaignId == campaign.Id && account.Position == campaign.Released,
            cancellationToken);
        database.Add(campaign.Event(RecoveryEventKind.Suppressed, now, next.AccountId, "the account's row can't be read or changed"));
        campaign.Released++;
    }

    private async Task ReleaseAsync(
        AccountsContext database,
        Campaign campaign,
        int due,
        DateTimeOffset now,
        CancellationToken cancellationToken)
    {
        var ids = await database
            .CampaignAccounts.Where(account =>
                account.CampaignId == campaign.Id && account.Position >= campaign.Released && account.Position < campaign.Released + due)
            .OrderBy(account => account.Position)
            .Select(account => account.AccountId)
            .ToListAsync(cancellationToken);
        database.AddRange(ids.Select(id => campaign.Mail(id, now)));
        if (campaign.RequiresReset)
        {
            foreach (var account in await database.Users.Where(account => ids.Contains(account.Id)).ToListAsync(cancellationToken))
            {
                actions.RequireReset(account);
                database.Add(campaign.Event(RecoveryEventKind.ResetRequired, now, account.Id, reason: campaign.Reason));
            }
        }

        campaign.Released += ids.Count;
    }

    // A backlog after a standstill is not made up for at once, and a clock that was set back starts anew.
    private static int Due(Campaign campaign, DateTimeOffset now)
    {
        var since = campaign.ReleasedAt is { } last && last <= now ? last : now;
        var due = (int)Math.Min((now - since).TotalMinutes * campaign.Rate, MaxAtOnce);
        due = Math.Min(due, campaign.Accounts - campaign.Released);
        if (due == MaxAtOnce || since == now)
            campaign.ReleasedAt = now;
        else if (due > 0)
            campaign.ReleasedAt = since + TimeSpan.FromMinutes((double)due / campaign.Rate);
        return due;
    }
}
