using OneTimeJwt.Web.Languages;

namespace OneTimeJwt.Web.Admin;

/// <summary>How acts are called, what they will do and what they did.</summary>
internal static class ActWords
{
    public static string Name(AccountAct act) => act switch
    {
        AccountAct.SendLink => Words.ActSendLink,
        AccountAct.ConfirmAddress => Words.ActConfirmAddress,
        AccountAct.KillLinks => Words.ActKillLinks,
        AccountAct.TryMailAgain => Words.ActTryMailAgain,
        AccountAct.RequireReset => Words.ActRequireReset,
        AccountAct.Lock => Words.ActLock,
        AccountAct.Unlock => Words.ActUnlock,
        AccountAct.ResetTwoFactor => Words.ActResetTwoFactor,
        AccountAct.MakeSupport => Words.ActMakeSupport,
        AccountAct.MakeAdmin => Words.ActMakeAdmin,
        _ => Words.ActRemoveRole,
    };

    /// <summary>What will happen, said before it does.</summary>
    public static string Consequence(AccountAct act) => act switch
    {
        AccountAct.SendLink => Words.ActSendLinkConsequence,
        AccountAct.ConfirmAddress => Words.ActConfirmAddressConsequence,
        AccountAct.KillLinks => Words.ActKillLinksConsequence,
        AccountAct.TryMailAgain => Words.ActTryMailAgainConsequence,
        AccountAct.RequireReset => Words.ActRequireResetConsequence,
        AccountAct.Lock => Words.ActLockConsequence,
        AccountAct.Unlock => Words.ActUnlockConsequence,
        AccountAct.ResetTwoFactor => Words.ActResetTwoFactorConsequence,
        AccountAct.MakeSupport => Words.ActMakeSupportConsequence,
        AccountAct.MakeAdmin => Words.ActMakeAdminConsequence,
        _ => Words.ActRemoveRoleConsequence,
    };

    public static string Done(AccountAct act) => act switch
    {
        AccountAct.SendLink => Words.ActSendLinkDone,
        AccountAct.ConfirmAddress => Words.ActConfirmAddressDone,
        AccountAct.KillLinks => Words.ActKillLinksDone,
        AccountAct.TryMailAgain => Words.ActTryMailAgainDone,
        AccountAct.RequireReset => Words.ActRequireResetDone,
        AccountAct.Lock => Words.ActLockDone,
        AccountAct.Unlock => Words.ActUnlockDone,
        AccountAct.ResetTwoFactor => Words.ActResetTwoFactorDone,
        AccountAct.MakeSupport => Words.ActMakeSupportDone,
        AccountAct.MakeAdmin => Words.ActMakeAdminDone,
        _ => Words.ActRemoveRoleDone,
    };
}
