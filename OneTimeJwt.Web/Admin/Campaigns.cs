using System.Globalization;
using System.Security.Claims;
using Microsoft.EntityFrameworkCore;
using OneTimeJwt.Web.Data;
using OneTimeJwt.Web.Languages;

namespace OneTimeJwt.Web.Admin;

/// <summary>What an admin does with a campaign once its list stands.</summary>
public enum CampaignAct
{
    Pause,
    Resume,
    Stop,
}

/// <summary>Why a campaign starts, how fast it runs, and the number that was typed to confirm it.</summary>
public sealed record CampaignStart(string Reason, int Rate, string TypedNumber, string? Client);

/// <summary>
/// Draws campaigns up and steers them. Like acts on one account they are judged at the moment they are done; only an
/// Admin may, and refusals leave a line in the trail.
/// </summary>
public sealed class Campaigns(IDbContextFactory<AccountsContext> contexts, OneWriter writer, AccountActs acts, AccountMatch match, TimeProvider time)
{
    public const int MostAccounts = 100_000;
    public const int MostRate = 6_000;
    public const int UsualRate = 300;

    private const int RowsAtOnce = 1_000;
    private const int MostTries = 4;

    /// <summary>Draws up a list of accounts. Nothing is sent, and where there is a problem nothing is kept.</summary>
    /// <returns>The campaign, or what is wrong.</returns>
    public async Task<(Guid? Id, string? Problem)> DraftAsync(ClaimsPrincipal user, BulkChoice choice, bool requiresReset, string? client, CancellationToken cancellationToken)
    {
        var (by, refusal) = await JudgeAsync(user, "draw up a campaign", campaign: null, client);
        if (refusal is not null)
            return (null, refusal);

        var matched = await match.FindAsync(choice, by.Id, cancellationToken);
        if (matched.Problem is not null)
            return (null, matched.Problem);

        var campaign = new Campaign
        {
            State = CampaignState.Gathering,
            RequiresReset = requiresReset,
            Accounts = matched.AccountIds.Count,
            Rate = UsualRate,
            Chosen = matched.Chosen,
            Unmatched = matched.UnmatchedLines.Count,
            UnmatchedLines = InWords(matched.UnmatchedLines),
            StartedBy = by.Id,
            Client = client,
            CreatedAt = time.GetUtcNow(),
        };
        await SaveAsync(campaign, matched.AccountIds, cancellationToken);
        return (campaign.Id, null);
    }

    /// <returns>What is wrong; null where it runs.</returns>
    public Task<string?> StartAsync(ClaimsPrincipal user, Guid id, CampaignStart start) => ChangeAsync(user, id, "start a campaign", start.Client, (campaign, by) =>
    {
        var reason = start.Reason.Trim();
        if (campaign.State != CampaignState.Draft)
            return (Words.CampaignStartedAlready, null);
        if (reason.Length is 0 or > RecoveryEvent.LongestReason)
            return (Words.ProblemNoReason, null);
        if (start.Rate is < 1 or > MostRate)
            return (Words.CampaignBadRate.With(MostRate), null);
        if (start.TypedNumber.Trim() != campaign.Accounts.ToString(CultureInfo.InvariantCulture))
            return (Words.CampaignConfirm.With(campaign.Accounts), null);

        (campaign.State, campaign.Reason, campaign.Rate, campaign.StartedBy, campaign.ReleasedAt) = (CampaignState.Running, reason, start.Rate, by, time.GetUtcNow());
        return (null, Line(RecoveryEventKind.CampaignStarted, campaign, by, start.Client, string.Create(CultureInfo.InvariantCulture, $"{campaign.Accounts} accounts, {(campaign.RequiresReset ? "reset required" : "a link each")}, {campaign.Rate} a minute"), reason));
    });

    /// <returns>What is wrong; null where it is done.</returns>
    public Task<string?> SteerAsync(ClaimsPrincipal user, Guid id, CampaignAct act, string? client) => ChangeAsync(user, id, $"{act.ToString().ToLowerInvariant()} a campaign", client, (campaign, by) =>
    {
        switch (act, campaign.State)
        {
            case (CampaignAct.Pause, CampaignState.Running):
                campaign.State = CampaignState.Paused;
                return (null, Line(RecoveryEventKind.CampaignPaused, campaign, by, client));
            case (CampaignAct.Resume, CampaignState.Paused):
                (campaign.State, campaign.StartedBy, campaign.ReleasedAt) = (CampaignState.Running, by, time.GetUtcNow());
                return (null, Line(RecoveryEventKind.CampaignResumed, campaign, by, client));
            case (CampaignAct.Stop, CampaignState.Running or CampaignState.Paused or CampaignState.Draft):
                campaign.State = CampaignState.Stopped;
                return (null, Line(RecoveryEventKind.CampaignStopped, campaign, by, client, string.Create(CultureInfo.InvariantCulture, $"after {campaign.Released} of {campaign.Accounts} accounts")));
            default:
                return (CampaignWords.Already(campaign.State), null);
        }
    });

    private async Task<string?> ChangeAsync(ClaimsPrincipal user, Guid id, string what, string? client, Func<Campaign, string, (string? Problem, RecoveryEvent? Line)> change)
    {
        for (var tries = 1; ; tries++)
        {
            var (by, refusal) = await JudgeAsync(user, what, id, client);
            if (refusal is not null)
                return refusal;

            try
            {
                return await writer.RunAsync(() => TryAsync(id, campaign => change(campaign, by.Id)));
            }
            catch (DbUpdateConcurrencyException) when (tries < MostTries)
            {
                // A worker released some of its accounts: a campaign that runs away can still be stopped.
            }
            catch (DbUpdateConcurrencyException)
            {
                return Words.CampaignChangedMeanwhile;
            }
        }
    }

    private async Task<string?> TryAsync(Guid id, Func<Campaign, (string? Problem, RecoveryEvent? Line)> change)
    {
        await using var database = await contexts.CreateDbContextAsync();
        if (await database.Campaigns.SingleOrDefaultAsync(row => row.Id == id) is not { } campaign)
            return Words.NoSuchCampaign;

        var (problem, line) = change(campaign);
        if (line is null)
            return problem;

        campaign.Version = Guid.NewGuid();
        database.Add(line);
        await database.SaveChangesAsync();
        return null;
    }

    private async Task<(ActParty By, string? Refusal)> JudgeAsync(ClaimsPrincipal user, string what, Guid? campaign, string? client)
    {
        await using var database = await contexts.CreateDbContextAsync();
        var by = await acts.ActorAsync(database, user);
        if (by.Role == ConsoleRole.Admin)
            return (by, null);

        string Refusal() => by.Role is null ? ActRules.NoRole : Words.RefusalOnlyAdminBulk;
        database.Add(new RecoveryEvent { At = time.GetUtcNow(), Kind = RecoveryEventKind.ActRefused, Actor = by.Id, Client = client, Detail = KeptWords.InEnglish(() => $"{what}: {Refusal()}"), CampaignId = campaign });
        await database.SaveChangesAsync();
        return (by, Refusal());
    }

    // In pieces, so that nobody waits long for his turn to write; the list counts only once it is whole.
    private async Task SaveAsync(Campaign campaign, IReadOnlyList<string> accountIds, CancellationToken cancellationToken)
    {
        await using (var database = await contexts.CreateDbContextAsync(cancellationToken))
        {
            database.Add(campaign);
            await database.SaveChangesAsync(cancellationToken);
        }

        foreach (var piece in accountIds.Select((id, i) => new CampaignAccount { CampaignId = campaign.Id, Position = i, AccountId = id }).Chunk(RowsAtOnce))
        {
            await using var database = await contexts.CreateDbContextAsync(cancellationToken);
            database.AddRange(piece.Cast<object>());
            await database.SaveChangesAsync(cancellationToken);
        }

        await using var last = await contexts.CreateDbContextAsync(cancellationToken);
        last.Attach(campaign).State = EntityState.Unchanged;
        (campaign.State, campaign.Version) = (CampaignState.Draft, Guid.NewGuid());
        await last.SaveChangesAsync(cancellationToken);
    }

    private static string? InWords(IReadOnlyList<int> lines)
    {
        if (lines.Count == 0)
            return null;

        var words = string.Join(", ", lines.Take(Campaign.LongestUnmatched / 8).Select(line => line.ToString(CultureInfo.InvariantCulture)));
        return lines.Count > Campaign.LongestUnmatched / 8 ? words + ", …" : words;
    }

    private RecoveryEvent Line(RecoveryEventKind kind, Campaign campaign, string by, string? client, string? detail = null, string? reason = null) =>
        new() { At = time.GetUtcNow(), Kind = kind, Actor = by, Client = client, Detail = detail, Reason = reason, CampaignId = campaign.Id };
}
