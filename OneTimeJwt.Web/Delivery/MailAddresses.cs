using OneTimeJwt.Web.Outbox;

namespace OneTimeJwt.Web.Delivery;

/// <summary>Where the mails of an account go.</summary>
internal sealed class MailAddresses(TypedAddress typed, TimeProvider time)
{
    /// <summary>The account's address, or the one in the row.</summary>
    public string? Of(OutboxMail mail, Account account) =>
        mail.TypedAddress is { } address
            ? typed.TryUnprotect(address) ?? account.RecoveryState?.TrustedAt(time.GetUtcNow())
            : account.Email;

    /// <summary>For a link. Never what somebody typed: that finds the account, whose own address gets the mail.</summary>
    public string? OfLink(OutboxMail mail, Account account) => mail.Kind == OutboxKind.SecuredReset ? Of(mail, account) : account.Email;
}
