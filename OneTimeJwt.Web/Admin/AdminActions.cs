using System.Security.Claims;
using OneTimeJwt.Web.Audit;

namespace OneTimeJwt.Web.Admin;

/// <summary>What an admin asks for.</summary>
/// <param name="Action">What is to be done.</param>
/// <param name="AccountId">To which account.</param>
/// <param name="Reason">Why, in the admin's words; kept in the trail as data.</param>
/// <param name="Client">The network address that it comes from.</param>
public sealed record AdminActionRequest(AdminAction Action, string AccountId, string Reason, string? Client)
{
    /// <summary>The id of the event that records it, by which it is found where the outcome of its commit is unknown.</summary>
    public Guid EventId { get; } = Guid.CreateVersion7();
}

/// <summary>How an action ended, in words for the page.</summary>
public sealed record AdminActionOutcome(bool Done, string Message);

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
        if (reason.Length == 0)
            return new AdminActionOutcome(false, Words.ProblemNoReason);
        if (reason.Length > RecoveryEvent.MaxReasonLength)
            return new AdminActionOutcome(false, Words.ProblemLongReason.With(RecoveryEvent.MaxReasonLength));

        try
        {
            return await transaction.RunAsync(
                request.EventId, roles.LockRolesAsync, database => JudgeAsync(database, user, request with { Reason = reason }));
        }
        catch (DbUpdateException fault) when (fault.IsRefusal())
        {
            return new AdminActionOutcome(false, Words.RefusedByDatabase);
        }
    }

    private async Task<AdminActionOutcome> JudgeAsync(AccountsContext database, ClaimsPrincipal user, AdminActionRequest request)
    {
        // Under the lock of the roles, what is judged is what is changed, on any number of nodes.
        var actor = await actors.ReadAndLockAsync(database, user);
        if (await database.Users.SingleOrDefaultAsync(row => row.Id == request.AccountId) is not { } account)
            return new AdminActionOutcome(false, Words.ProblemNoAccount);

        var target = new AdminActionParty(account.Id, await roles.OfAsync(database, account.Id));
        var context = new AdminActionContext(database, request, actor, account, target, time.GetUtcNow());
        string? Refusal() => AdminActionRules.Refusal(request.Action, actor, target, accountLock.IsBanned(account));
        if (Refusal() is { } refusal)
        {
            context.Record(
                RecoveryEventKind.ActRefused,
                InvariantText.InEnglish(() => $"{AdminActionTexts.Name(request.Action)}: {Refusal()}"));
            return new AdminActionOutcome(false, refusal);
        }

        return await actions.ApplyAsync(context) is { } problem
            ? new AdminActionOutcome(false, problem)
            : new AdminActionOutcome(true, AdminActionTexts.Done(request.Action));
    }
}
