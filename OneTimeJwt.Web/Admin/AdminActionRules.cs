using OneTimeJwt.Web.Languages;

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
    MakeSupport,
    MakeAdmin,
    RemoveRole,
}

/// <summary>One side of an act: whose account, with which role.</summary>
public sealed record AdminActionParty(string Id, ConsoleRole? Role);

/// <summary>Who may do what to whom. Nothing else decides that: pages ask it to warn, acts ask it again when they are done.</summary>
public static class AdminActionRules
{
    public static string NoRole => Words.RefusalNoRole;

    /// <param name="act">What is to be done.</param>
    /// <param name="by">Who wants it.</param>
    /// <param name="to">Whose account it is.</param>
    /// <param name="isBanned">Whether somebody decided that nobody may sign in to that account.</param>
    /// <returns>Why not; null where it may be done.</returns>
    public static string? Refusal(AdminAction act, AdminActionParty by, AdminActionParty to, bool isBanned) => act switch
    {
        _ when by.Role is null => NoRole,
        _ when by.Id == to.Id => Words.RefusalOwnAccount,
        _ when by.Role == ConsoleRole.Admin => null,
        _ when to.Role == ConsoleRole.Admin => Words.RefusalSupportOnAdmin,
        AdminAction.Unlock when isBanned => Words.RefusalAdminsLock,
        AdminAction.SendLink or AdminAction.ConfirmAddress or AdminAction.RevokeLinks or AdminAction.TryMailAgain => null,
        _ => Words.RefusalOnlyAdmin,
    };
}
