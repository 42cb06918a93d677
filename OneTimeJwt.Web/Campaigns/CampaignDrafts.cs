using System.Globalization;
using OneTimeJwt.Web.Admin;

namespace OneTimeJwt.Web.Campaigns;

/// <summary>Makes the list of a campaign's accounts.</summary>
public sealed class CampaignDrafts(IDbContextFactory<AccountsContext> contexts, AccountListMatcher match, TimeProvider time)
{
    private const int RowsAtOnce = 1_000;
    private const int MaxLineNumbers = Campaign.MaxUnmatchedLength / 8;

    /// <summary>Where there is a problem nothing is kept.</summary>
    /// <returns>The campaign, or what is wrong.</returns>
    public async Task<(Guid? Id, string? Problem)> AddAsync(
        CampaignSelection selection,
        bool requiresReset,
        AdminActionParty actor,
        string? client,
        CancellationToken cancellationToken)
    {
        var matched = await match.FindAsync(selection, actor.Id, cancellationToken);
        if (matched.Problem is not null)
            return (null, matched.Problem);

        var campaign = new Campaign
        {
            State = CampaignState.Gathering,
            RequiresReset = requiresReset,
            Accounts = matched.AccountIds.Count,
            Rate = CampaignActions.DefaultRate,
            Chosen = matched.Chosen,
            Unmatched = matched.UnmatchedLines.Count,
            UnmatchedLines = Join(matched.UnmatchedLines),
            StartedBy = actor.Id,
            StartedByName = actor.Name,
            Client = client,
            CreatedAt = time.GetUtcNow(),
        };
        await SaveAsync(campaign, matched.AccountIds, cancellationToken);
        return (campaign.Id, null);
    }

    // In chunks, so that no other write waits for long; the list counts only once it is whole.
    private async Task SaveAsync(Campaign campaign, IReadOnlyList<string> accountIds, CancellationToken cancellationToken)
    {
        await AddAsync([campaign], cancellationToken);
        var accounts = accountIds.Select((id, i) => new CampaignAccount { CampaignId = campaign.Id, Position = i, AccountId = id });
        foreach (var chunk in accounts.Chunk(RowsAtOnce))
            await AddAsync(chunk, cancellationToken);

        await using var database = await contexts.CreateDbContextAsync(cancellationToken);
        database.Attach(campaign);
        (campaign.State, campaign.Version) = (CampaignState.Draft, Guid.NewGuid());
        await database.SaveChangesAsync(cancellationToken);
    }

    private async Task AddAsync(object[] rows, CancellationToken cancellationToken)
    {
        await using var database = await contexts.CreateDbContextAsync(cancellationToken);
        database.AddRange(rows);
        await database.SaveChangesAsync(cancellationToken);
    }

    private static string? Join(IReadOnlyList<int> lines)
    {
        if (lines.Count == 0)
            return null;

        var numbers = string.Join(", ", lines.Take(MaxLineNumbers).Select(line => line.ToString(CultureInfo.InvariantCulture)));
        return lines.Count > MaxLineNumbers ? numbers + ", …" : numbers;
    }
}
