using OneTimeJwt.Web.Admin;

namespace OneTimeJwt.Web.Campaigns;

/// <summary>Makes the list of a campaign's accounts: a short one at once, a long one of the console while its page tells of it.</summary>
public sealed class CampaignDrafts(
    IDbContextFactory<AccountsContext> contexts,
    AccountListMatcher match,
    CampaignListWriter campaigns,
    GatheringLists lists,
    SqliteWriteLock writer,
    TimeProvider time)
{
    /// <summary>Where there is a problem nothing is kept.</summary>
    /// <param name="selection">Which accounts.</param>
    /// <param name="requiresReset">Whether their passwords stop working.</param>
    /// <param name="actor">Who draws it up.</param>
    /// <param name="client">The network address that it comes from.</param>
    /// <param name="key">By which it is made once; whoever gives one waits for the whole list.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>With the campaign's id, or what is wrong.</returns>
    public async Task<AdminActionOutcome> AddAsync(
        CampaignSelection selection,
        bool requiresReset,
        AdminActionParty actor,
        string? client,
        string? key,
        CancellationToken cancellationToken)
    {
        var request = key is null ? null : new IdempotentRequest(ActAnswer.IdOf(actor.Id, key), RequestOf(selection, requiresReset));
        if (request is not null && await EarlierAsync(request, cancellationToken) is { } earlier)
            return earlier;
        if (selection.List is { } lines && GatheredAccounts.ProblemOf(lines.Count, isList: true) is { } problem)
            return new(AdminActionResult.Impossible, problem);

        var now = time.GetUtcNow();
        var campaign = new Campaign
        {
            Id = Guid.CreateVersion7(),
            State = CampaignState.Gathering,
            RequiresReset = requiresReset,
            Rate = CampaignActions.DefaultRate,
            Lines = selection.List?.Count ?? 0,
            Chosen = AccountListMatcher.DisplayText(selection),
            StartedBy = actor.Id,
            StartedByName = actor.Name,
            Client = client,
            CreatedAt = now,
            GatheredAt = now,
        };
        var first = request is null
            ? await match.FirstOfShortAsync(selection, cancellationToken)
            : await match.NextAsync(selection, after: null, cancellationToken);
        if (first is null)
            return await BeginAsync(campaign, selection);

        try
        {
            return await WriteAsync(campaign, selection, first, request, cancellationToken);
        }
        catch (DbUpdateException fault) when (request is not null && fault.IsConflict())
        {
            // Another request with the key was faster.
            return await EarlierAsync(request, cancellationToken) ?? BeingMade();
        }
    }

    private static string RequestOf(CampaignSelection selection, bool requiresReset) => ActAnswer.RequestOf(
        [
            "draft", $"{requiresReset}", selection.Text, $"{selection.Filters}", .. selection.List?.Select(line => line.Name) ?? [],
        ]);

    private static AdminActionOutcome BeingMade() => new(AdminActionResult.Impossible, Words.CampaignBeingMade);

    private static AdminActionOutcome Done(Campaign campaign) =>
        AdminActionOutcome.Recorded(AdminActionResult.Done, "", campaign.Id, campaign.CreatedAt);

    private async Task<AdminActionOutcome?> EarlierAsync(IdempotentRequest request, CancellationToken cancellationToken)
    {
        await using var database = await contexts.CreateDbContextAsync(cancellationToken);
        var kept = database.ActAnswers.AsNoTracking().Where(row => row.Id == request.AnswerId);
        if (await kept.SingleOrDefaultAsync(cancellationToken) is not { } answer)
            return null;
        var outcome = answer.To(request.Hash);
        if (!outcome.Done)
            return outcome;

        var campaign = database.Campaigns.Where(row => row.Id == answer.EventId);
        switch (await campaign.Select(row => row.State).SingleOrDefaultAsync(cancellationToken))
        {
            case CampaignState.Gathering:
                return BeingMade();
            case CampaignState.Interrupted:
                // Its server stopped half way, and nobody got an answer.
                await writer.RunAsync(
                    () => database.ActAnswers
                        .Where(row => row.Id == request.AnswerId && row.EventId == answer.EventId)
                        .ExecuteDeleteAsync(cancellationToken),
                    cancellationToken);
                return null;
            default:
                return outcome;
        }
    }

    // Whoever asked may go away meanwhile.
    private async Task<AdminActionOutcome> BeginAsync(Campaign campaign, CampaignSelection selection)
    {
        if (!lists.TryReserve())
            return new(AdminActionResult.Impossible, Words.BulkBusy);

        try
        {
            await AddAsync([campaign], CancellationToken.None);
        }
        catch (Exception)
        {
            lists.Release();
            throw;
        }

        lists.Add(new GatheringList(campaign.Id, selection, campaign.StartedBy));
        return Done(campaign);
    }

    private async Task<AdminActionOutcome> WriteAsync(
        Campaign campaign, CampaignSelection selection, MatchedPiece first, IdempotentRequest? request, CancellationToken cancellationToken)
    {
        var accounts = new GatheredAccounts(campaign.Id, campaign.StartedBy);
        var pieces = new List<GatheredPiece> { accounts.Add(first) };
        for (var matched = first; !pieces[^1].IsLast;)
        {
            matched = await match.NextAsync(selection, matched, cancellationToken);
            pieces.Add(accounts.Add(matched));
        }

        if (GatheredAccounts.ProblemOf(pieces[^1].Count.Accounts, selection.List is not null) is { } problem)
            return new(AdminActionResult.Impossible, problem);

        var done = Done(campaign);
        await AddAsync(request is null ? [campaign] : [campaign, ActAnswer.Of(request.AnswerId, request.Hash, done)], cancellationToken);
        // From here on it is made, whoever went away meanwhile.
        foreach (var piece in pieces)
            await campaigns.SaveAsync(campaign.Id, piece, CancellationToken.None);
        return done;
    }

    private async Task AddAsync(object[] rows, CancellationToken cancellationToken)
    {
        await using var database = await contexts.CreateDbContextAsync(cancellationToken);
        database.AddRange(rows);
        await database.SaveChangesAsync(cancellationToken);
    }

    private sealed record IdempotentRequest(Guid AnswerId, string Hash);
}
