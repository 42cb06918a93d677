using OneTimeJwt.Web.Audit;

namespace OneTimeJwt.Web.Admin;

/// <summary>What an admin can do to an account.</summary>
public enum AdminAction
{
    SendLink,
    ConfirmAddress,
    RevokeLinks,
    TryMailAgain,
    RequireReset,
    Lock,
    Unlock,
    ResetTwoFactor,
    MakeAuditor,
    MakeSupport,
    MakeAdmin,
    RemoveRole,
}

/// <summary>One side of an action, and its role.</summary>
/// <param name="Id">An account's id; of whoever acts without one, what the trail has as <see cref="RecoveryEvent.Actor"/>.</param>
/// <param name="Role">Null for none.</param>
/// <param name="Name">What it is called, where it isn't an account.</param>
public sealed record AdminActionParty(string Id, ConsoleRole? Role, string? Name = null)
{
    /// <summary>The party as the one who acts.</summary>
    public AdminOrigin Origin(string? client, DateTimeOffset at, string? reason = null, Guid? campaignId = null) =>
        new(Id, client, at, reason, campaignId, Name);
}

/// <summary>Who may do what to whom. Only these rules decide: pages ask them to warn, actions when they are done.</summary>
public static class AdminActionRules
{
    /// <param name="action">What is to be done.</param>
    /// <param name="actor">Who wants it.</param>
    /// <param name="target">Whose account it is.</param>
    /// <param name="isBanned">Whether that account is locked by decision.</param>
    /// <returns>Why not; null where it may be done.</returns>
    public static string? Refusal(AdminAction action, AdminActionParty actor, AdminActionParty target, bool isBanned) => action switch
    {
        _ when actor.Role is null => Words.RefusalNoRole,
        _ when actor.Role < ConsoleRole.Support => Words.RefusalAuditor,
        _ when actor.Id == target.Id => Words.RefusalOwnAccount,
        _ when actor.Role == ConsoleRole.Admin => null,
        _ when target.Role == ConsoleRole.Admin => Words.RefusalSupportOnAdmin,
        AdminAction.Unlock when isBanned => Words.RefusalAdminsLock,
        AdminAction.SendLink or AdminAction.ConfirmAddress or AdminAction.RevokeLinks or AdminAction.TryMailAgain => null,
        _ => Words.RefusalOnlyAdmin,
    };

    /// <returns>Why what is left to Admins may not be done; null where it may.</returns>
    public static string? RefusalUnlessAdmin(AdminActionParty actor) => actor.Role switch
    {
        ConsoleRole.Admin => null,
        null => Words.RefusalNoRole,
        _ => Words.RefusalOnlyAdmin,
    };

    /// <returns>What is wrong with a reason; null where it will do.</returns>
    public static string? ProblemOf(string reason) => reason.Length switch
    {
        0 => Words.ProblemNoReason,
        > RecoveryEvent.MaxReasonLength => Words.ProblemLongReason.With(RecoveryEvent.MaxReasonLength),
        _ => null,
    };
}
