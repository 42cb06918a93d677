namespace OneTimeJwt.Web.Admin;

/// <summary>What actions are called, what they will do and what they did.</summary>
internal static class AdminActionTexts
{
    public static string Role(ConsoleRole? role) => role switch
    {
        ConsoleRole.Admin => Words.RoleAdmin,
        ConsoleRole.Support => Words.RoleSupport,
        ConsoleRole.Auditor => Words.RoleAuditor,
        _ => Words.RoleNone,
    };

    public static string Name(AdminAction action) => Of(action).Name;

    /// <summary>What will happen, said before it does.</summary>
    public static string Consequence(AdminAction action) => Of(action).Consequence;

    public static string Done(AdminAction action) => Of(action).Done;

    /// <summary>What the owner is told, said before it is done. With a place for the owner.</summary>
    public static string Told(OwnerNotice notice) => notice switch
    {
        OwnerNotice.NoAddress => Words.ToldNoAddress,
        OwnerNotice.Locked => Words.ToldLocked,
        OwnerNotice.Link => Words.ToldLink,
        OwnerNotice.ConfirmLink => Words.ToldConfirmLink,
        OwnerNotice.RequiredReset => Words.ToldRequiredReset,
        OwnerNotice.OtherProvider => Words.ToldOtherProvider,
        OwnerNotice.TwoFactorReset => Words.ToldTwoFactorReset,
        OwnerNotice.RefusedMail => Words.ToldRefusedMail,
        _ => Words.ToldNothing,
    };

    private static (string Name, string Consequence, string Done) Of(AdminAction action) => action switch
    {
        AdminAction.SendLink => (Words.ActSendLink, Words.ActSendLinkConsequence, Words.ActSendLinkDone),
        AdminAction.ConfirmAddress => (Words.ActConfirmAddress, Words.ActConfirmAddressConsequence, Words.ActConfirmAddressDone),
        AdminAction.RevokeLinks => (Words.ActRevokeLinks, Words.ActRevokeLinksConsequence, Words.ActRevokeLinksDone),
        AdminAction.TryMailAgain => (Words.ActTryMailAgain, Words.ActTryMailAgainConsequence, Words.ActTryMailAgainDone),
        AdminAction.RequireReset => (Words.ActRequireReset, Words.ActRequireResetConsequence, Words.ActRequireResetDone),
        AdminAction.Lock => (Words.ActLock, Words.ActLockConsequence, Words.ActLockDone),
        AdminAction.Unlock => (Words.ActUnlock, Words.ActUnlockConsequence, Words.ActUnlockDone),
        AdminAction.ResetTwoFactor => (Words.ActResetTwoFactor, Words.ActResetTwoFactorConsequence, Words.ActResetTwoFactorDone),
        AdminAction.MakeAuditor => (Words.ActMakeAuditor, Words.ActMakeAuditorConsequence, Words.ActMakeAuditorDone),
        AdminAction.MakeSupport => (Words.ActMakeSupport, Words.ActMakeSupportConsequence, Words.ActMakeSupportDone),
        AdminAction.MakeAdmin => (Words.ActMakeAdmin, Words.ActMakeAdminConsequence, Words.ActMakeAdminDone),
        _ => (Words.ActRemoveRole, Words.ActRemoveRoleConsequence, Words.ActRemoveRoleDone),
    };
}
