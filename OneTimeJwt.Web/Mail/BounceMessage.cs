using MimeKit;

namespace OneTimeJwt.Web.Mail;

/// <summary>Reads delivery status notifications (RFC 3464), and the older forms of Exim and qmail that are plain text.</summary>
internal static class BounceMessage
{
    // Headers in which mail servers keep the envelope's recipient, and To (RFC 3464, section 2).
    public static readonly IReadOnlyList<string> AddressHeaders = ["To", "Delivered-To", "X-Original-To", "Envelope-To", "X-Envelope-To"];

    private const string ReversePath = "Return-Path";
    private const string EximRecipients = "X-Failed-Recipients";
    private const string QmailGreeting = "Hi. This is the ";

    /// <summary>Texts that may contain its recipient: its own headers, then those of the returned mail.</summary>
    public static IEnumerable<string> Addresses(MimeMessage message) =>
        Values(message.Headers, AddressHeaders).Concat(message.BodyParts.Concat(Enclosed(message.Body)).SelectMany(Returned));

    /// <summary>What it reports; null where it is no report of delivery.</summary>
    public static (DeliveryOutcome Outcome, string? Cause)? Read(MimeMessage message)
    {
        if (message.BodyParts.OfType<MessageDeliveryStatus>().FirstOrDefault() is { } report)
            return OfGroups(report.StatusGroups);

        var text = message.TextBody ?? "";
        return message.Headers.Contains(EximRecipients) || text.StartsWith(QmailGreeting, StringComparison.Ordinal)
            ? (DeliveryOutcome.Bounced, EnhancedStatus.Cause(text))
            : null;
    }

    // The first group is about the report. Mails have one recipient; where a list was expanded, the worst outcome counts.
    private static (DeliveryOutcome Outcome, string? Cause)? OfGroups(HeaderListCollection groups) =>
        groups.Select(OfRecipient).Where(told => told is not null).OrderByDescending(told => told!.Value.Outcome).FirstOrDefault();

    private static (DeliveryOutcome Outcome, string? Cause)? OfRecipient(HeaderList recipient)
    {
        var cause = EnhancedStatus.Cause(recipient["Status"], recipient["Diagnostic-Code"]);
        return recipient["Action"]?.Trim().ToLowerInvariant() switch
        {
            "failed" => (DeliveryOutcome.Bounced, cause),
            "delayed" => (DeliveryOutcome.Deferred, cause),
            "delivered" => (DeliveryOutcome.Delivered, null),
            _ => null,
        };
    }

    private static IEnumerable<string> Returned(MimeEntity part) => part switch
    {
        MessagePart { Message: { } mail } => Values(mail.Headers, [ReversePath]),
        TextPart { ContentType.MediaSubtype: "rfc822-headers" } headers =>
            headers.Text.Split('\n').Where(line => line.StartsWith(ReversePath, StringComparison.OrdinalIgnoreCase)),
        _ => [],
    };

    private static IEnumerable<MessagePart> Enclosed(MimeEntity? body) => body is Multipart parts ? parts.OfType<MessagePart>() : [];

    private static IEnumerable<string> Values(HeaderList headers, IReadOnlyList<string> names) =>
        headers.Where(header => names.Contains(header.Field, StringComparer.OrdinalIgnoreCase)).Select(header => header.Value);
}
