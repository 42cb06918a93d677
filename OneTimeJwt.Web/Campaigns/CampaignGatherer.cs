namespace OneTimeJwt.Web.Campaigns;

/// <summary>
/// Matches long lists, one after the other, whether or not anybody looks. While it does, each campaign has a sign of life: one whose
/// server stopped is told as interrupted, by any node.
/// </summary>
internal sealed partial class CampaignGatherer(
    IDbContextFactory<AccountsContext> contexts,
    SqliteWriteLock writer,
    GatheringLists lists,
    AccountListMatcher match,
    CampaignListWriter campaigns,
    TimeProvider time,
    ILogger<CampaignGatherer> logger
) : Worker
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(2);

    protected override async Task WorkAsync(CancellationToken stoppingToken)
    {
        try
        {
            var watching = RepeatAsync(Interval, time, () => WatchAsync(stoppingToken), stoppingToken, beginsAtOnce: true);
            await Task.WhenAll(GatherAsync(stoppingToken), watching);
        }
        finally
        {
            await TryAsync(() => InterruptAsync(lists.Present, CancellationToken.None), CancellationToken.None);
        }
    }

    [LoggerMessage(LogLevel.Warning, "The list of a campaign could not be matched or written ({Fault}).")]
    protected override partial void LogFailure(string fault, Exception? unexpected);

    private async Task GatherAsync(CancellationToken stoppingToken)
    {
        await foreach (var list in lists.ReadAllAsync(stoppingToken))
        {
            if (!await TryAsync(() => GatherAsync(list, stoppingToken), stoppingToken))
            {
                stoppingToken.ThrowIfCancellationRequested();
                await TryAsync(() => InterruptAsync([list.CampaignId], stoppingToken), stoppingToken);
            }

            lists.Remove(list.CampaignId);
        }
    }

    private async Task GatherAsync(GatheringList list, CancellationToken stoppingToken)
    {
        var accounts = new GatheredAccounts(list.CampaignId, list.Actor);
        MatchedPiece? matched = null;
        GatheredPiece piece;
        do
        {
            matched = await InsistAsync(() => match.NextAsync(list.Selection, matched, stoppingToken), stoppingToken);
            piece = accounts.Add(matched);
        }
        while (await InsistAsync(() => campaigns.SaveAsync(list.CampaignId, piece, stoppingToken), stoppingToken));
    }

    // Through an outage of the database, and past a change that somebody made at that moment.
    private async Task<T> InsistAsync<T>(Func<Task<T>> act, CancellationToken stoppingToken)
    {
        while (true)
        {
            try
            {
                return await act();
            }
            catch (Exception fault) when (fault.IsOutage() || fault is DbUpdateConcurrencyException)
            {
                Failed(fault);
                await Task.Delay(Pause, time, stoppingToken);
            }
        }
    }

    private async Task WatchAsync(CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var (ours, limit) = (lists.Present, now - Patience);
        await using var database = await contexts.CreateDbContextAsync(cancellationToken);
        if (ours.Count > 0)
            await writer.RunAsync(
                () => database.Campaigns
                    .Where(row => ours.Contains(row.Id) && row.State == CampaignState.Gathering)
                    .ExecuteUpdateAsync(row => row.SetProperty(known => known.GatheredAt, now), cancellationToken),
                cancellationToken);

        var silent = await database.Campaigns
            .Where(row => row.State == CampaignState.Gathering && (row.GatheredAt ?? row.CreatedAt) < limit)
            .Select(row => row.Id)
            .ToListAsync(cancellationToken);
        await InterruptAsync(silent, cancellationToken);
    }

    private async Task InterruptAsync(IReadOnlyCollection<Guid> ids, CancellationToken cancellationToken)
    {
        if (ids.Count == 0)
            return;

        await using var database = await contexts.CreateDbContextAsync(cancellationToken);
        var version = Guid.NewGuid();
        await writer.RunAsync(
            () => database.Campaigns
                .Where(row => ids.Contains(row.Id) && row.State == CampaignState.Gathering)
                .ExecuteUpdateAsync(
                    row => row.SetProperty(known => known.State, CampaignState.Interrupted).SetProperty(known => known.Version, version),
                    cancellationToken),
            cancellationToken);
    }
}
