using OneTimeJwt.Web.Admin;

namespace OneTimeJwt.Web.Campaigns;

/// <summary>Writes the list of a campaign in pieces, so that no other write waits for long; it counts only once it is whole.</summary>
public sealed class CampaignListWriter(IDbContextFactory<AccountsContext> contexts, TimeProvider time)
{
    /// <returns>Whether the list goes on: it doesn't where it is complete, or where somebody stopped it.</returns>
    public async Task<bool> SaveAsync(Guid campaignId, GatheredPiece piece, CancellationToken cancellationToken)
    {
        await using var database = await contexts.CreateDbContextAsync(cancellationToken);
        if (await database.Campaigns.SingleOrDefaultAsync(row => row.Id == campaignId, cancellationToken) is not { } campaign)
            return false;
        // A commit whose outcome was unknown.
        if (campaign.Version == piece.Version)
            return campaign.State == CampaignState.Gathering;
        if (campaign.State != CampaignState.Gathering)
            return false;

        var count = piece.Count;
        (campaign.Accounts, campaign.LinesRead, campaign.Unmatched) = (count.Accounts, count.Read, count.Unmatched);
        (campaign.SeveralAccounts, campaign.Doubled) = (count.SeveralAccounts, count.Doubled);
        (campaign.UnmatchedLines, campaign.GatheredAt) = (count.UnmatchedLines, time.GetUtcNow());
        campaign.Version = piece.Version;
        if (piece.IsLast)
            campaign.State = GatheredAccounts.ProblemOf(count.Accounts, isList: true) is null ? CampaignState.Draft : CampaignState.Stopped;
        database.AddRange(piece.Accounts);
        database.AddRange(piece.Lines);
        await database.SaveChangesAsync(cancellationToken);
        return !piece.IsLast;
    }
}
