using System.Globalization;
using OneTimeJwt.Web.Admin;

namespace OneTimeJwt.Web.Campaigns;

/// <summary>Makes the list of a campaign's accounts.</summary>
public sealed class CampaignDrafts(IDbContextFactory<AccountsContext> contexts, AccountListMatcher match, TimeProvider time)
{
    private const int RowsAtOnce = 1_000;
    private const int MaxLineNumbers = Campaign.MaxUnmatchedLength / 8;

    /// <summary>Where there is a problem nothing is kept.</summary>
    /// <returns>With the campaign's id, or what is wrong.</returns>
    public async Task<AdminActionOutcome> AddAsync(
        CampaignSelection selection,
        bool requiresReset,
        AdminActionParty actor,
        string? client,
        string? key,
        CancellationToken cancellationToken)
    {
        var id = key is null ? Guid.CreateVersion7() : ActAnswer.IdOf(actor.Id, key);
        var asked = RequestOf(selection, requiresReset);
        if (key is not null && await EarlierAsync(id, asked, cancellationToken) is { } earlier)
            return earlier;

        var matched = await match.FindAsync(selection, actor.Id, cancellationToken);
        if (matched.Problem is not null)
            return new(AdminActionResult.Impossible, matched.Problem);

        var campaign = new Campaign
        {
            Id = id,
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
        var done = AdminActionOutcome.Recorded(AdminActionResult.Done, "", id, campaign.CreatedAt);
        try
        {
            await AddAsync(key is null ? [campaign] : [campaign, ActAnswer.Of(id, asked, done)], cancellationToken);
        }
        catch (DbUpdateException fault) when (key is not null && fault.IsConflict())
        {
            // Another request with the key was faster.
            return await EarlierAsync(id, asked, cancellationToken) ?? BeingMade();
        }

        await SaveAsync(campaign, matched.AccountIds, cancellationToken);
        return done;
    }

    private static string RequestOf(CampaignSelection selection, bool requiresReset) => ActAnswer.RequestOf(
        [
            "draft", $"{requiresReset}", selection.Text, $"{selection.Filters}", .. selection.List?.Select(line => line.Name) ?? [],
        ]);

    private static AdminActionOutcome BeingMade() => new(AdminActionResult.Impossible, Words.CampaignBeingMade);

    private async Task<AdminActionOutcome?> EarlierAsync(Guid id, string asked, CancellationToken cancellationToken)
    {
        await using var database = await contexts.CreateDbContextAsync(cancellationToken);
        if (await database.ActAnswers.AsNoTracking().SingleOrDefaultAsync(row => row.Id == id, cancellationToken) is not { } answer)
            return null;

        var outcome = answer.To(asked);
        return outcome.Done
            && await database.Campaigns.AnyAsync(row => row.Id == id && row.State == CampaignState.Gathering, cancellationToken)
                ? BeingMade()
                : outcome;
    }

    // In chunks, so that no other write waits for long; the list counts only once it is whole.
    private async Task SaveAsync(Campaign campaign, IReadOnlyList<string> accountIds, CancellationToken cancellationToken)
    {
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
