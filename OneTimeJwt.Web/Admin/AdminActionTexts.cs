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

    public static string Name(AdminAction action) => action switch
    {
        AdminAction.SendLink => Words.ActSendLink,
        AdminAction.ConfirmAddress => Words.ActConfirmAddress,
        AdminAction.RevokeLinks => Words.ActRevokeLinks,
        AdminAction.TryMailAgain => Words.ActTryMailAgain,
        AdminAction.RequireReset => Words.ActRequireReset,
        AdminAction.Lock => Words.ActLock,
        AdminAction.Unlock => Words.ActUnlock,
        AdminAction.ResetTwoFactor => Words.ActResetTwoFactor,
        AdminAction.MakeAuditor => Words.ActMakeAuditor,
        AdminAction.MakeSupport => Words.ActMakeSupport,
        AdminAction.MakeAdmin => Words.ActMakeAdmin,
        _ => Words.ActRemoveRole,
    };

    /// <summary>What will happen, said before it does.</summary>
    public static string Consequence(AdminAction action) => action switch
    {
        AdminAction.SendLink => Words.ActSendLinkConsequence,
        AdminAction.ConfirmAddress => Words.ActConfirmAddressConsequence,
        AdminAction.RevokeLinks => Words.ActRevokeLinksConsequence,
        AdminAction.TryMailAgain => Words.ActTryMailAgainConsequence,
        AdminAction.RequireReset => Words.ActRequireResetConsequence,
        AdminAction.Lock => Words.ActLockConsequence,
        AdminAction.Unlock => Words.ActUnlockConsequence,
        AdminAction.ResetTwoFactor => Words.ActResetTwoFactorConsequence,
        AdminAction.MakeAuditor => Words.ActMakeAuditorConsequence,
        AdminAction.MakeSupport => Words.ActMakeSupportConsequence,
        AdminAction.MakeAdmin => Words.ActMakeAdminConsequence,
        _ => Words.ActRemoveRoleConsequence,
    };

    public static string Done(AdminAction action) => action switch
    {
        AdminAction.SendLink => Words.ActSendLinkDone,
        AdminAction.ConfirmAddress => Words.ActConfirmAddressDone,
        AdminAction.RevokeLinks => Words.ActRevokeLinksDone,
        AdminAction.TryMailAgain => Words.ActTryMailAgainDone,
        AdminAction.RequireReset => Words.ActRequireResetDone,
        AdminAction.Lock => Words.ActLockDone,
        AdminAction.Unlock => Words.ActUnlockDone,
        AdminAction.ResetTwoFactor => Words.ActResetTwoFactorDone,
        AdminAction.MakeAuditor => Words.ActMakeAuditorDone,
        AdminAction.MakeSupport => Words.ActMakeSupportDone,
        AdminAction.MakeAdmin => Words.ActMakeAdminDone,
        _ => Words.ActRemoveRoleDone,
    };

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
}
