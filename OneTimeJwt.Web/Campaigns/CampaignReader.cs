using OneTimeJwt.Web.Audit;

namespace OneTimeJwt.Web.Campaigns;

/// <summary>The progress of a campaign. Each number is counted where it arises: in the list, the outbox, the trail.</summary>
/// <param name="Waiting">Accounts that are not in the outbox yet.</param>
/// <param name="Queued">Mails that are.</param>
/// <param name="Sent">Accounts whose mail has left.</param>
/// <param name="Redeemed">Links of it that were used.</param>
/// <param name="Failed">Accounts that get no mail.</param>
/// <param name="Bounced">Accounts whose mail has left and didn't arrive.</param>
public sealed record CampaignCounts(int Waiting, int Queued, int Sent, int Redeemed, int Failed, int Bounced = 0);

/// <param name="Campaign">The campaign.</param>
/// <param name="Counts">Of it.</param>
/// <param name="Sample">Some of its accounts, by their addresses.</param>
/// <param name="StartedBy">The address or name of whoever is responsible for it.</param>
public sealed record CampaignView(Campaign Campaign, CampaignCounts Counts, IReadOnlyList<string> Sample, string StartedBy);

/// <summary>The outcome for one account.</summary>
public sealed record CampaignResult(string AccountId, string? Address, string Outcome);

/// <summary>Reads campaigns, uncached.</summary>
public sealed class CampaignReader(IDbContextFactory<AccountsContext> contexts)
{
    private const int MaxShown = 50;
    private const int SampleSize = 10;
    private const int RowsAtOnce = 1_000;

    private static readonly RecoveryEventKind[] Failures =
    [
        RecoveryEventKind.Suppressed,
        RecoveryEventKind.GaveUp,
        RecoveryEventKind.MailRefused,
        RecoveryEventKind.LinkTooLong,
    ];

    private static readonly RecoveryEventKind[] Bounces = [RecoveryEventKind.MailBounced, RecoveryEventKind.MailDropped];

    public async Task<IReadOnlyList<Campaign>> LatestAsync(CancellationToken cancellationToken = default)
    {
        await using var database = await contexts.CreateDbContextAsync(cancellationToken);
        return await database
            .Campaigns.AsNoTracking()
            .OrderByDescending(campaign => campaign.CreatedAt)
            .Take(MaxShown)
            .ToListAsync(cancellationToken);
    }

    public async Task<bool> ExistsAsync(Guid id, CancellationToken cancellationToken = default)
    {
        await using var database = await contexts.CreateDbContextAsync(cancellationToken);
        return await database.Campaigns.AnyAsync(row => row.Id == id, cancellationToken);
    }

    public Task<CampaignView?> ReadAsync(Guid id, CancellationToken cancellationToken = default) =>
        contexts.TryAsync((database, _) => ReadAsync(database, id, cancellationToken));

    // One snapshot of the database, so that the numbers are consistent.
    private static async Task<CampaignView?> ReadAsync(AccountsContext database, Guid id, CancellationToken cancellationToken)
    {
        await using var snapshot = await database.Database.BeginTransactionAsync(database.SnapshotLevel, cancellationToken);
        if (await database.Campaigns.AsNoTracking().SingleOrDefaultAsync(row => row.Id == id, cancellationToken) is not { } campaign)
            return null;

        var first = await database
            .CampaignAccounts.Where(account => account.CampaignId == id)
            .OrderBy(account => account.Position)
            .Take(SampleSize)
            .Select(account => account.AccountId)
            .ToListAsync(cancellationToken);
        var names = await TrailReader.NamesAsync(database, first.Append(campaign.StartedBy), cancellationToken);
        return new CampaignView(
            campaign,
            await CountsAsync(database, campaign, cancellationToken),
            [.. first.Select(account => names.GetValueOrDefault(account, account))],
            campaign.StartedByName ?? names.GetValueOrDefault(campaign.StartedBy, campaign.StartedBy));
    }

    /// <summary>Each account of a campaign and its outcome, streamed from the database.</summary>
    public async IAsyncEnumerable<CampaignResult> ResultsAsync(
        Guid id,
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        await using var database = await contexts.CreateDbContextAsync(cancellationToken);
        for (var from = 0; ; from += RowsAtOnce)
        {
            var ids = await database
                .CampaignAccounts.Where(account =>
                    account.CampaignId == id && account.Position >= from && account.Position < from + RowsAtOnce)
                .OrderBy(account => account.Position)
                .Select(account => account.AccountId)
                .ToListAsync(cancellationToken);
            if (ids.Count == 0)
                yield break;

            var names = await TrailReader.NamesAsync(database, ids, cancellationToken);
            var lines = (
                await database
                    .Trail.AsNoTracking()
                    .Where(line => line.CampaignId == id && ids.Contains(line.AccountId!))
                    .OrderBy(line => line.At)
                    .ToListAsync(cancellationToken)
            ).ToLookup(line => line.AccountId!);
            var nonces = lines.SelectMany(account => account).Select(line => line.Nonce).OfType<string>().ToList();
            var redeemed = await database
                .Trail.Where(line => line.Kind == RecoveryEventKind.Redeemed && nonces.Contains(line.Nonce!))
                .Select(line => line.AccountId!)
                .ToHashSetAsync(cancellationToken);
            foreach (var account in ids)
                yield return new CampaignResult(
                    account,
                    names.GetValueOrDefault(account),
                    redeemed.Contains(account) ? "redeemed" : Outcome(lines[account]));
        }
    }

    /// <summary>The lines that brought no account, or not just one, in order.</summary>
    public async IAsyncEnumerable<CampaignLine> LinesAsync(
        Guid id,
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        await using var database = await contexts.CreateDbContextAsync(cancellationToken);
        for (var last = -1; ;)
        {
            var lines = await database
                .CampaignLines.AsNoTracking()
                .Where(line => line.CampaignId == id && line.Line > last)
                .OrderBy(line => line.Line)
                .Take(RowsAtOnce)
                .ToListAsync(cancellationToken);
            foreach (var line in lines)
                yield return line;
            if (lines.Count < RowsAtOnce)
                yield break;

            last = lines[^1].Line;
        }
    }

    private static async Task<CampaignCounts> CountsAsync(AccountsContext database, Campaign campaign, CancellationToken cancellationToken)
    {
        var lines = database.Trail.Where(line => line.CampaignId == campaign.Id);
        return new CampaignCounts(
            campaign.Accounts - campaign.Released,
            await database.Outbox.CountAsync(mail => mail.CampaignId == campaign.Id && mail.RefusedAt == null, cancellationToken),
            await lines
                .Where(line => line.Kind == RecoveryEventKind.Mailed)
                .Select(line => line.AccountId)
                .Distinct()
                .CountAsync(cancellationToken),
            await database.Trail.CountAsync(
                line =>
                    line.Kind == RecoveryEventKind.Redeemed
                    && lines.Any(mail => mail.Kind == RecoveryEventKind.Mailed && mail.Nonce == line.Nonce),
                cancellationToken),
            await lines.CountAsync(
                line => Failures.Contains(line.Kind) || (line.Kind == RecoveryEventKind.Requested && line.Detail != null),
                cancellationToken),
            await lines.Where(line => Bounces.Contains(line.Kind)).Select(line => line.AccountId).Distinct().CountAsync(cancellationToken));
    }

    // A report of the latest mail's delivery takes precedence over its having been sent.
    private static string Outcome(IEnumerable<RecoveryEvent> lines)
    {
        var told = lines.Where(line => line.Kind != RecoveryEventKind.ResetRequired).ToList();
        var last = told.LastOrDefault(line => !RecoveryEvent.Reports.Contains(line.Kind));
        return
            last is { MailId: { } mail }
            && RecoveryEvent.Departures.Contains(last.Kind)
            && TrailReader.FinalReport(told.Where(line => line.MailId == mail)) is { } report
            ? Outcome(report)
            : Outcome(last);
    }

    private static string Outcome(RecoveryEvent? line) => line switch
    {
        null => "waiting",
        { Kind: RecoveryEventKind.Mailed, Nonce: not null } => "sent",
        { Kind: RecoveryEventKind.Mailed, Detail: var detail } => $"sent: {detail}",
        { Kind: RecoveryEventKind.MailUnanswered } => "handed over, no answer",
        { Kind: RecoveryEventKind.MailDelivered } => "delivered",
        { Kind: RecoveryEventKind.MailDeferred, Detail: var cause } => $"sent, delayed: {cause}",
        { Kind: RecoveryEventKind.MailBounced, Detail: var cause } => $"bounced: {cause}",
        { Kind: RecoveryEventKind.MailDropped, Detail: var cause } => $"dropped by the provider: {cause}",
        { Kind: RecoveryEventKind.MailFailed, Detail: var cause } => $"queued, failed so far: {cause}",
        { Kind: RecoveryEventKind.Requested, Detail: null } => "queued",
        { Detail: var detail } => $"failed: {detail}",
    };
}
