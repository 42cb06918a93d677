using System.Security.Claims;
using OneTimeJwt.Web.Audit;

namespace OneTimeJwt.Web.Admin;

/// <summary>What an admin asks for.</summary>
/// <param name="Action">What is to be done.</param>
/// <param name="AccountId">To which account.</param>
/// <param name="Reason">Why, in the admin's words; kept in the trail as data.</param>
/// <param name="Client">The network address that it comes from.</param>
/// <param name="Key">By which it is done once, however often it is asked for; null where each time counts.</param>
public sealed record AdminActionRequest(AdminAction Action, string AccountId, string Reason, string? Client, string? Key = null)
{
    /// <summary>The id of the event that records it, by which it is found where the outcome of its commit is unknown.</summary>
    public Guid EventId { get; } = Guid.CreateVersion7();
}

/// <summary>How an action ended. Stored by name.</summary>
public enum AdminActionResult
{
    Done,

    /// <summary>The reason is missing or too long.</summary>
    BadReason,

    /// <summary>There is no such account or campaign.</summary>
    NotFound,

    /// <summary>The actor may not, which is recorded.</summary>
    Refused,

    /// <summary>The account or campaign is in no state for it.</summary>
    Impossible,

    /// <summary>The actor has triggered as many mails as one may.</summary>
    OverBudget,

    /// <summary>Something else was asked for with the same key.</summary>
    OtherRequest,
}

/// <param name="Result">How it ended.</param>
/// <param name="Message">The same in words.</param>
/// <param name="RetryAfter">When there is budget again.</param>
/// <param name="EventId">The event that records it; null where nothing was recorded.</param>
/// <param name="At">When that was.</param>
public sealed record AdminActionOutcome(
    AdminActionResult Result, string Message, TimeSpan? RetryAfter = null, Guid? EventId = null, DateTimeOffset? At = null)
{
    public bool Done => Result == AdminActionResult.Done;

    /// <summary>What is wrong; null where it is done.</summary>
    public string? Problem => Done ? null : Message;

    /// <summary>An event tells of it; to the microsecond, as PostgreSQL keeps it, so that an answer that is repeated is the same.</summary>
    public static AdminActionOutcome Recorded(AdminActionResult result, string message, Guid eventId, DateTimeOffset now) =>
        new(result, message, RetryAfter: null, eventId, now.AddTicks(-(now.Ticks % TimeSpan.TicksPerMicrosecond)));
}

/// <summary>
/// Carries out actions on accounts. The admin and the account are judged at that moment, from the database; the change and
/// its event are one transaction. A refusal is recorded as well.
/// </summary>
public sealed class AdminActions(
    AuditedTransaction transaction,
    ConsoleRoles roles,
    ActorReader actors,
    AccountLock accountLock,
    AccountActions actions,
    TimeProvider time)
{
    public async Task<AdminActionOutcome> DoAsync(ClaimsPrincipal user, AdminActionRequest request)
    {
        var reason = request.Reason.Trim();
        if (AdminActionRules.ProblemOf(reason) is { } problem)
            return new(AdminActionResult.BadReason, problem);

        try
        {
            return await transaction.RunAsync(
                request.EventId, roles.LockRolesAsync, database => JudgeAsync(database, user, request with { Reason = reason }));
        }
        catch (DbUpdateException fault) when (fault.IsRefusal())
        {
            return new(AdminActionResult.Impossible, Words.RefusedByDatabase);
        }
    }

    private async Task<AdminActionOutcome> JudgeAsync(AccountsContext database, ClaimsPrincipal user, AdminActionRequest request)
    {
        // Under the lock of the roles, what is judged is what is changed, on any number of nodes.
        var actor = await actors.ReadAndLockAsync(database, user);
        return await ActAnswer.OnceAsync(
            database,
            actor,
            request.Key,
            ActAnswer.RequestOf(request.Action.ToString(), request.AccountId, request.Reason),
            () => JudgeAsync(database, actor, request));
    }

    private async Task<AdminActionOutcome> JudgeAsync(AccountsContext database, AdminActionParty actor, AdminActionRequest request)
    {
        if (await database.Users.SingleOrDefaultAsync(row => row.Id == request.AccountId) is not { } account)
            return new(AdminActionResult.NotFound, Words.ProblemNoAccount);

        var target = new AdminActionParty(account.Id, await roles.OfAsync(database, account.Id));
        var context = new AdminActionContext(database, request, actor, account, target, time.GetUtcNow());
        string? Refusal() => AdminActionRules.Refusal(request.Action, actor, target, accountLock.IsBanned(account));
        if (Refusal() is { } refusal)
        {
            context.Record(
                RecoveryEventKind.ActRefused,
                InvariantText.InEnglish(() => $"{AdminActionTexts.Name(request.Action)}: {Refusal()}"));
            return Recorded(AdminActionResult.Refused, refusal);
        }

        return await actions.ApplyAsync(context) ?? Recorded(AdminActionResult.Done, AdminActionTexts.Done(request.Action));

        AdminActionOutcome Recorded(AdminActionResult result, string message) =>
            AdminActionOutcome.Recorded(result, message, request.EventId, context.Now);
    }
}
