using MimeKit;

namespace OneTimeJwt.Web.Mail;

/// <summary>Where reports of a mail go (the reverse-path of RFC 5321, section 4.4); null for its sender.</summary>
public delegate MailboxAddress? ReversePath(Guid mailId);

/// <summary>The id that a mail has in the outbox, at the provider and in the trail.</summary>
internal static class MailIds
{
    public const string CustomArgument = "mail_id";

    /// <summary>The id in the Message-ID; null where that isn't ours.</summary>
    public static Guid? Of(MimeMessage message) =>
        Guid.TryParseExact(message.MessageId?.Split('@')[0], "N", out var id) ? id : null;
}
