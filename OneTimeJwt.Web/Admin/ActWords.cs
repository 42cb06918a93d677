namespace OneTimeJwt.Web.Admin;

/// <summary>How acts are called, what they will do and what they did.</summary>
internal static class ActWords
{
    public static string Name(AccountAct act) => act switch
    {
        AccountAct.SendLink => "Send a reset link",
        AccountAct.KillLinks => "Kill outstanding links",
        AccountAct.TryMailAgain => "Try refused mail again",
        AccountAct.RequireReset => "Require a reset",
        AccountAct.Lock => "Lock",
        AccountAct.Unlock => "Unlock",
        AccountAct.ResetTwoFactor => "Reset two-factor",
        AccountAct.MakeSupport => "Make Support",
        AccountAct.MakeAdmin => "Make Admin",
        _ => "Remove from the console",
    };

    /// <summary>What will happen, said before it does.</summary>
    public static string Consequence(AccountAct act) => act switch
    {
        AccountAct.SendLink => "A link to choose a new password goes to the account’s own address. Nothing else changes: the present password and open sessions stay as they are.",
        AccountAct.KillLinks => "Every link that was mailed stops working, and the account is signed out on all devices. The password stays as it is.",
        AccountAct.TryMailAgain => "Every mail to this account that was refused for good is sent as if it had just been asked for. Mend the cause first, or it is refused again.",
        AccountAct.RequireReset => "The present password stops working at once, the account is signed out on all devices, links that are out die, and a fresh link goes to the account’s own address.",
        AccountAct.Lock => "Nobody can sign in to the account, its links die, no link is mailed, and it is signed out on all devices, until an Admin unlocks it.",
        AccountAct.Unlock => "The account can sign in again with its present password. Links that died stay dead.",
        AccountAct.ResetTwoFactor => "Authenticator app, recovery codes and passkeys are removed, and the account is signed out on all devices. From then on the password alone signs in. The owner is told by mail.",
        AccountAct.MakeSupport => "The account may find accounts, send links and kill them.",
        AccountAct.MakeAdmin => "The account may do everything in this console, also to other admins.",
        _ => "The account loses its role in this console at once, also on pages that are open.",
    };

    public static string Done(AccountAct act) => act switch
    {
        AccountAct.SendLink => "The link is on its way.",
        AccountAct.KillLinks => "All links are dead, and all devices are signed out.",
        AccountAct.TryMailAgain => "The mail is on its way again.",
        AccountAct.RequireReset => "The password no longer works, and a link is on its way.",
        AccountAct.Lock => "The account is locked.",
        AccountAct.Unlock => "The account is unlocked.",
        AccountAct.ResetTwoFactor => "Two-factor sign-in is off, and the owner is being told.",
        AccountAct.MakeSupport => "The account is Support now.",
        AccountAct.MakeAdmin => "The account is an Admin now.",
        _ => "The account has no role in the console now.",
    };
}
