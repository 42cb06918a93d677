using MimeKit;

namespace OneTimeJwt.Web.Mail;

/// <summary>Where reports of a mail go (the reverse-path of RFC 5321, section 4.4); null for its sender.</summary>
public delegate MailboxAddress? ReversePath(Guid mailId);

/// <summary>What a message is called everywhere: in the outbox, at the provider, in the trail.</summary>
internal static class MailIds
{
    public const string CustomArgument = "mail_id";

    /// <summary>The id in its Message-ID, which the composer made of it; null in a message of somebody else's.</summary>
    public static Guid? Of(MimeMessage message) =>
        Guid.TryParseExact(message.MessageId?.Split('@')[0], "N", out var id) ? id : null;
}
