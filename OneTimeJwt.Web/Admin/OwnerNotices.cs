using OneTimeJwt.Web.Links;
using OneTimeJwt.Web.Outbox;

namespace OneTimeJwt.Web.Admin;

/// <summary>What an account's owner is told of an action.</summary>
public enum OwnerNotice
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>Nothing, since the account has no address.</summary>
    NoAddress,

    /// <summary>Nothing, since no link is mailed while the account is locked.</summary>
    Locked,

    /// <summary>A link to choose a new password.</summary>
    Link,

    /// <summary>A link that confirms the address.</summary>
    ConfirmLink,

    /// <summary>That the password no longer works, with a link to choose a new one.</summary>
    RequiredReset,

    /// <summary>With which provider the owner signs in, and no link.</summary>
    OtherProvider,

    /// <summary>That two-factor sign-in was turned off.</summary>
    TwoFactorReset,

    /// <summary>The mail that was refused.</summary>
    RefusedMail,
}

/// <summary>The one table of what owners are told: actions mail by it, and pages say it beforehand.</summary>
public sealed class OwnerNotices(AccountLock accountLock, IOptions<RecoverySettings> recovery)
{
    /// <returns>The kind of mail that the action puts into the outbox; null for none.</returns>
    public static string? MailOf(AdminAction action) => action switch
    {
        AdminAction.SendLink => OutboxKind.ResetLink,
        AdminAction.ConfirmAddress => OutboxKind.ConfirmLink,
        AdminAction.RequireReset => OutboxKind.RequiredReset,
        AdminAction.ResetTwoFactor => OutboxKind.TwoFactorResetNotice,
        _ => null,
    };

    /// <param name="action">What is to be done.</param>
    /// <param name="account">To which account.</param>
    /// <param name="hasOtherProvider">Whether its owner signs in with another provider too.</param>
    public OwnerNotice Of(AdminAction action, Account account, bool hasOtherProvider)
    {
        var mail = MailOf(action);
        if (mail is null && action != AdminAction.TryMailAgain)
            return OwnerNotice.None;
        if (string.IsNullOrEmpty(account.Email))
            return OwnerNotice.NoAddress;
        if (mail == OutboxKind.TwoFactorResetNotice)
            return OwnerNotice.TwoFactorReset;
        if (accountLock.IsBanned(account))
            return OwnerNotice.Locked;

        return mail switch
        {
            null => OwnerNotice.RefusedMail,
            OutboxKind.ConfirmLink => OwnerNotice.ConfirmLink,
            _ when hasOtherProvider && !recovery.Value.AllowExternalOnly && !HasPassword(mail, account) => OwnerNotice.OtherProvider,
            OutboxKind.RequiredReset => OwnerNotice.RequiredReset,
            _ => OwnerNotice.Link,
        };
    }

    // A required reset puts an unusable password where there was any value, be it an empty text.
    private static bool HasPassword(string mail, Account account) =>
        mail == OutboxKind.RequiredReset ? account.PasswordHash is not null : account.HasPassword;
}
