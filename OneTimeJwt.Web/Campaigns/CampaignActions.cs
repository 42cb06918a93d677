using System.Globalization;
using System.Security.Claims;
using Microsoft.EntityFrameworkCore;
using OneTimeJwt.Web.Admin;
using OneTimeJwt.Web.Audit;
using OneTimeJwt.Web.Database;
using OneTimeJwt.Web.Languages;

namespace OneTimeJwt.Web.Campaigns;

/// <summary>What an admin does with a campaign once its list stands.</summary>
public enum CampaignAction
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
public sealed class CampaignActions(
    IDbContextFactory<AccountsContext> contexts,
    AuditedTransaction transaction,
    ActorReader actors,
    ConsoleRoles roles,
    AccountListMatcher match,
    TimeProvider time)
{
    public const int MaxAccounts = 100_000;
    public const int MaxRate = 6_000;
    public const int DefaultRate = 300;

    private const int RowsAtOnce = 1_000;

    /// <summary>Draws up a list of accounts. Nothing is sent, and where there is a problem nothing is kept.</summary>
    /// <returns>The campaign, or what is wrong.</returns>
    public async Task<(Guid? Id, string? Problem)> DraftAsync(
        ClaimsPrincipal user,
        CampaignSelection choice,
        bool requiresReset,
        string? client,
        CancellationToken cancellationToken)
    {
        var attempt = new Attempt(user, "draw up a campaign", Campaign: null, client);
        var (by, refusal) = await transaction.RunAsync(attempt.EventId, roles.HoldAsync, database => JudgeAsync(database, attempt));
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
            Rate = DefaultRate,
            Chosen = matched.Chosen,
            Unmatched = matched.UnmatchedLines.Count,
            UnmatchedLines = DisplayText(matched.UnmatchedLines),
            StartedBy = by.Id,
            Client = client,
            CreatedAt = time.GetUtcNow(),
        };
        await SaveAsync(campaign, matched.AccountIds, cancellationToken);
        return (campaign.Id, null);
    }

    /// <returns>What is wrong; null where it runs.</returns>
    public Task<string?> StartAsync(ClaimsPrincipal user, Guid id, CampaignStart start) =>
        ChangeAsync(
            new(user, "start a campaign", id, start.Client),
            (campaign, line) =>
            {
                var reason = start.Reason.Trim();
                if (campaign.State != CampaignState.Draft)
                    return (Words.CampaignStartedAlready, null);
                if (reason.Length is 0 or > RecoveryEvent.MaxReasonLength)
                    return (Words.ProblemNoReason, null);
                if (start.Rate is < 1 or > MaxRate)
                    return (Words.CampaignBadRate.With(MaxRate), null);
                if (start.TypedNumber.Trim() != campaign.Accounts.ToString(CultureInfo.InvariantCulture))
                    return (Words.CampaignConfirm.With(campaign.Accounts), null);

                (campaign.State, campaign.Reason, campaign.Rate, campaign.StartedBy, campaign.ReleasedAt) = (
                    CampaignState.Running,
                    reason,
                    start.Rate,
                    line.By,
                    time.GetUtcNow());
                return (
                    null,
                    line.Of(
                        RecoveryEventKind.CampaignStarted,
                        string.Create(
                            CultureInfo.InvariantCulture,
                            $"{campaign.Accounts} accounts, {(campaign.RequiresReset ? "reset required" : "a link each")}, "
                                + $"{campaign.Rate} a minute"),
                        reason));
            });

    /// <returns>What is wrong; null where it is done.</returns>
    public Task<string?> ChangeStateAsync(ClaimsPrincipal user, Guid id, CampaignAction act, string? client) =>
        ChangeAsync(
            new(user, $"{act.ToString().ToLowerInvariant()} a campaign", id, client),
            (campaign, line) =>
            {
                switch (act, campaign.State)
                {
                    case (CampaignAction.Pause, CampaignState.Running):
                        campaign.State = CampaignState.Paused;
                        return (null, line.Of(RecoveryEventKind.CampaignPaused));
                    case (CampaignAction.Resume, CampaignState.Paused):
                        (campaign.State, campaign.StartedBy, campaign.ReleasedAt) = (CampaignState.Running, line.By, time.GetUtcNow());
                        return (null, line.Of(RecoveryEventKind.CampaignResumed));
                    case (CampaignAction.Stop, CampaignState.Running or CampaignState.Paused or CampaignState.Draft):
                        campaign.State = CampaignState.Stopped;
                        return (
                            null,
                            line.Of(
                                RecoveryEventKind.CampaignStopped,
                                string.Create(CultureInfo.InvariantCulture, $"after {campaign.Released} of {campaign.Accounts} accounts")));
                    default:
                        return (CampaignTexts.Already(campaign.State), null);
                }
            });

    // Where a worker releases some of its accounts at that moment it is tried again: a campaign that runs away can be stopped.
    private async Task<string?> ChangeAsync(Attempt attempt, Func<Campaign, EventLine, (string? Problem, RecoveryEvent? Line)> change)
    {
        try
        {
            return await transaction.RunAsync(attempt.EventId, roles.HoldAsync, database => ChangeAsync(database, attempt, change));
        }
        catch (DbUpdateConcurrencyException)
        {
            return Words.CampaignChangedMeanwhile;
        }
    }

    private async Task<string?> ChangeAsync(
        AccountsContext database,
        Attempt attempt,
        Func<Campaign, EventLine, (string? Problem, RecoveryEvent? Line)> change)
    {
        var (by, refusal) = await JudgeAsync(database, attempt);
        if (refusal is not null)
            return refusal;
        if (await database.Campaigns.SingleOrDefaultAsync(row => row.Id == attempt.Campaign) is not { } campaign)
            return Words.NoSuchCampaign;

        var (problem, line) = change(campaign, Event(attempt, by));
        if (line is null)
            return problem;

        campaign.Version = Guid.NewGuid();
        database.Add(line);
        return null;
    }

    private async Task<(AdminActionParty By, string? Refusal)> JudgeAsync(AccountsContext database, Attempt attempt)
    {
        var by = await actors.ReadAndLockAsync(database, attempt.User);
        if (by.Role == ConsoleRole.Admin)
            return (by, null);

        string Refusal() => by.Role is null ? AdminActionRules.NoRole : Words.RefusalOnlyAdminBulk;
        database.Add(Event(attempt, by).Of(RecoveryEventKind.ActRefused, InvariantText.InEnglish(() => $"{attempt.What}: {Refusal()}")));
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

        foreach (
            var piece in accountIds
                .Select(
                    (id, i) =>
                        new CampaignAccount
                        {
                            CampaignId = campaign.Id,
                            Position = i,
                            AccountId = id,
                        })
                .Chunk(RowsAtOnce))
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

    private static string? DisplayText(IReadOnlyList<int> lines)
    {
        if (lines.Count == 0)
            return null;

        var words = string.Join(
            ", ",
            lines.Take(Campaign.MaxUnmatchedLength / 8).Select(line => line.ToString(CultureInfo.InvariantCulture)));
        return lines.Count > Campaign.MaxUnmatchedLength / 8 ? words + ", …" : words;
    }

    private EventLine Event(Attempt attempt, AdminActionParty by) => new(attempt, by.Id, time.GetUtcNow());

    /// <param name="User">Who wants it.</param>
    /// <param name="What">What it is, for a refusal's event.</param>
    /// <param name="Campaign">To which campaign.</param>
    /// <param name="Client">The network address that it comes from.</param>
    private sealed record Attempt(ClaimsPrincipal User, string What, Guid? Campaign, string? Client)
    {
        public Guid EventId { get; } = Guid.CreateVersion7();
    }

    /// <summary>The event of an attempt, but for what is to be told.</summary>
    private sealed record EventLine(Attempt Attempt, string By, DateTimeOffset At)
    {
        public RecoveryEvent Of(RecoveryEventKind kind, string? detail = null, string? reason = null) =>
            new()
            {
                Id = Attempt.EventId,
                At = At,
                Kind = kind,
                Actor = By,
                Client = Attempt.Client,
                Detail = detail,
                Reason = reason,
                CampaignId = Attempt.Campaign,
            };
    }
}
