namespace OneTimeJwt.Web.Admin;

/// <summary>What an admin can do to an account.</summary>
public enum AccountAct
{
    SendLink,
    KillLinks,
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
public sealed record ActParty(string Id, ConsoleRole? Role);

/// <summary>Who may do what to whom. Nothing else decides that: pages ask it to warn, acts ask it again when they are done.</summary>
public static class ActRules
{
    public const string NoRole = "Your account has no right to do this any more.";

    /// <param name="act">What is to be done.</param>
    /// <param name="by">Who wants it.</param>
    /// <param name="to">Whose account it is.</param>
    /// <param name="isLockedForGood">Whether an admin locked that account.</param>
    /// <returns>Why not; null where it may be done.</returns>
    public static string? Refusal(AccountAct act, ActParty by, ActParty to, bool isLockedForGood) => act switch
    {
        _ when by.Role is null => NoRole,
        _ when by.Id == to.Id => "Nobody acts on his own account: ask another admin.",
        _ when by.Role == ConsoleRole.Admin => null,
        _ when to.Role == ConsoleRole.Admin => "Support can’t act on an Admin.",
        AccountAct.Unlock when isLockedForGood => "Support can’t undo an Admin’s lock.",
        AccountAct.SendLink or AccountAct.KillLinks or AccountAct.TryMailAgain => null,
        _ => "Only an Admin may do this.",
    };
}
