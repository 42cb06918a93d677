using System.Globalization;
using System.Security.Claims;
using OneTimeJwt.Web.Admin;
using OneTimeJwt.Web.Audit;

namespace OneTimeJwt.Web.Campaigns;

/// <summary>What an admin does with a campaign that has its list.</summary>
public enum CampaignAction
{
    Pause,
    Resume,
    Stop,
}

/// <summary>Why a campaign starts, how fast it runs, and the number that was typed to confirm it.</summary>
public sealed record CampaignStart(string Reason, int Rate, string TypedNumber, string? Client);

/// <summary>
/// Prepares, starts, pauses and stops campaigns. Like actions on one account these are judged at the moment they are done;
/// only an Admin may, and refusals are recorded.
/// </summary>
public sealed class CampaignActions(
    AuditedTransaction transaction,
    ActorReader actors,
    ConsoleRoles roles,
    CampaignDrafts drafts,
    TimeProvider time)
{
    public const int MaxAccounts = 100_000;
    public const int MaxRate = 6_000;
    public const int DefaultRate = 300;

    /// <summary>Makes the list of accounts. Nothing is sent, and where there is a problem nothing is kept.</summary>
    /// <param name="user">Who wants it.</param>
    /// <param name="choice">Which accounts.</param>
    /// <param name="requiresReset">Whether their passwords stop working.</param>
    /// <param name="client">The network address that it comes from.</param>
    /// <param name="key">By which it is made once, however often it is asked for; null where each time counts.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>With the campaign's id in the place of an event's.</returns>
    public async Task<AdminActionOutcome> DraftAsync(
        ClaimsPrincipal user,
        CampaignSelection choice,
        bool requiresReset,
        string? client,
        string? key,
        CancellationToken cancellationToken)
    {
        var attempt = new Attempt(user, "draw up a campaign", Campaign: null, client);
        var (actor, refusal) = await transaction.RunAsync(attempt.EventId, roles.LockRolesAsync, database => JudgeAsync(database, attempt));
        return refusal is null
            ? await drafts.AddAsync(choice, requiresReset, actor, client, key, cancellationToken)
            : new(AdminActionResult.Refused, refusal);
    }

    public Task<AdminActionOutcome> StartAsync(ClaimsPrincipal user, Guid id, CampaignStart start, string? key = null) =>
        ChangeAsync(
            new(user, "start a campaign", id, start.Client, start.Reason.Trim(), key, $"{start.Rate} {start.TypedNumber}"),
            (campaign, actor) =>
            {
                var reason = start.Reason.Trim();
                if (campaign.State != CampaignState.Draft)
                    return new(Words.CampaignStartedAlready);
                if (AdminActionRules.ProblemOf(reason) is { } badReason)
                    return new(badReason, AdminActionResult.BadReason);
                if (start.Rate is < 1 or > MaxRate)
                    return new(Words.CampaignBadRate.With(MaxRate));
                if (start.TypedNumber.Trim() != campaign.Accounts.ToString(CultureInfo.InvariantCulture))
                    return new(Words.CampaignConfirm.With(campaign.Accounts));

                (campaign.State, campaign.Reason, campaign.Rate) = (CampaignState.Running, reason, start.Rate);
                (campaign.StartedBy, campaign.StartedByName, campaign.ReleasedAt) = (actor.Id, actor.Name, time.GetUtcNow());
                return new(
                    RecoveryEventKind.CampaignStarted,
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"{campaign.Accounts} accounts, {(campaign.RequiresReset ? "reset required" : "a link each")}, "
                            + $"{campaign.Rate} a minute"));
            });

    public Task<AdminActionOutcome> ChangeStateAsync(
        ClaimsPrincipal user, Guid id, CampaignAction action, string? client, string? reason = null, string? key = null) =>
        ChangeAsync(
            new(user, $"{action.ToString().ToLowerInvariant()} a campaign", id, client, reason, key),
            (campaign, actor) =>
            {
                switch (action, campaign.State)
                {
                    case (CampaignAction.Pause, CampaignState.Running):
                        campaign.State = CampaignState.Paused;
                        return new(RecoveryEventKind.CampaignPaused);
                    case (CampaignAction.Resume, CampaignState.Paused):
                        (campaign.State, campaign.ReleasedAt) = (CampaignState.Running, time.GetUtcNow());
                        (campaign.StartedBy, campaign.StartedByName) = (actor.Id, actor.Name);
                        return new(RecoveryEventKind.CampaignResumed);
                    case (CampaignAction.Stop, CampaignState.Gathering):
                        campaign.State = CampaignState.Stopped;
                        return new(RecoveryEventKind.CampaignStopped, "while its list was matched");
                    case (CampaignAction.Stop, CampaignState.Running or CampaignState.Paused or CampaignState.Draft):
                        campaign.State = CampaignState.Stopped;
                        return new(
                            RecoveryEventKind.CampaignStopped,
                            string.Create(CultureInfo.InvariantCulture, $"after {campaign.Released} of {campaign.Accounts} accounts"));
                    default:
                        return new(CampaignTexts.Already(campaign.State));
                }
            });

    // Tried again where a worker releases some of its accounts at that moment: a campaign in progress can be stopped.
    private async Task<AdminActionOutcome> ChangeAsync(Attempt attempt, Func<Campaign, AdminActionParty, Change> change)
    {
        try
        {
            return await transaction.RunAsync(attempt.EventId, roles.LockRolesAsync, database => ChangeAsync(database, attempt, change));
        }
        catch (DbUpdateConcurrencyException)
        {
            return new(AdminActionResult.Impossible, Words.CampaignChangedMeanwhile);
        }
    }

    private async Task<AdminActionOutcome> ChangeAsync(
        AccountsContext database, Attempt attempt, Func<Campaign, AdminActionParty, Change> change)
    {
        var (actor, refusal) = await JudgeAsync(database, attempt);
        if (refusal is not null)
            return new(AdminActionResult.Refused, refusal);

        return await ActAnswer.OnceAsync(
            database,
            actor,
            attempt.Key,
            ActAnswer.RequestOf(attempt.What, $"{attempt.Campaign}", attempt.Reason ?? "", attempt.More ?? ""),
            async () =>
            {
                if (await database.Campaigns.SingleOrDefaultAsync(row => row.Id == attempt.Campaign) is not { } campaign)
                    return new(AdminActionResult.NotFound, Words.NoSuchCampaign);

                var outcome = change(campaign, actor);
                if (outcome.Problem is not null)
                    return new(outcome.Result, outcome.Problem);

                campaign.Version = Guid.NewGuid();
                var line = Event(attempt, actor, outcome);
                database.Add(line);
                return AdminActionOutcome.Recorded(AdminActionResult.Done, EventTexts.Name(line.Kind), line.Id, line.At);
            });
    }

    private async Task<(AdminActionParty Actor, string? Refusal)> JudgeAsync(AccountsContext database, Attempt attempt)
    {
        var actor = await actors.ReadAndLockAsync(database, attempt.User);
        if (actor.Role == ConsoleRole.Admin)
            return (actor, null);

        string Refusal() => actor.Role is null ? Words.RefusalNoRole : Words.RefusalOnlyAdminBulk;
        var detail = InvariantText.InEnglish(() => $"{attempt.What}: {Refusal()}");
        database.Add(Event(attempt, actor, new(RecoveryEventKind.ActRefused, detail)));
        return (actor, Refusal());
    }

    private RecoveryEvent Event(Attempt attempt, AdminActionParty actor, Change change) =>
        RecoveryEvent.ByAdmin(
            change.Kind,
            actor.Origin(attempt.Client, time.GetUtcNow(), attempt.Reason, attempt.Campaign),
            detail: change.Detail,
            id: attempt.EventId);

    /// <param name="User">Who wants it.</param>
    /// <param name="What">What it is, for a refusal's event.</param>
    /// <param name="Campaign">To which campaign.</param>
    /// <param name="Client">The network address that it comes from.</param>
    /// <param name="Reason">Why, for the trail.</param>
    /// <param name="Key">By which it is done once.</param>
    /// <param name="More">What else tells it from another request.</param>
    private sealed record Attempt(
        ClaimsPrincipal User, string What, Guid? Campaign, string? Client, string? Reason = null, string? Key = null, string? More = null)
    {
        public Guid EventId { get; } = Guid.CreateVersion7();
    }

    /// <summary>What is recorded of a change; or, with a problem, that there was none.</summary>
    private sealed record Change(RecoveryEventKind Kind, string? Detail = null)
    {
        public Change(string problem, AdminActionResult result = AdminActionResult.Impossible)
            : this(default(RecoveryEventKind)) => (Problem, Result) = (problem, result);

        public string? Problem { get; }

        public AdminActionResult Result { get; }
    }
}
