using MimeKit;

namespace OneTimeJwt.Web.Mail;

/// <summary>The section <c>Mail:Bounces</c>: where undeliverable mail is returned to.</summary>
public sealed class BounceSettings
{
    /// <summary>With the plus sign, id and MAC, a longer local part would exceed 64 octets (RFC 5321, section 4.5.3.1.1).</summary>
    public const int MaxLocalPartLength = 15;

    /// <summary>Its server accepts mail for <c>address+anything</c>; null leaves bounces to the sender.</summary>
    public string? Address { get; set; }

    /// <summary>How often the mailbox is read.</summary>
    public TimeSpan Interval { get; set; } = TimeSpan.FromMinutes(1);

    public BounceMailboxSettings Imap { get; set; } = new();
}

/// <summary>The section <c>Mail:Bounces:Imap</c>.</summary>
/// <remarks>Without a host nothing is read.</remarks>
public sealed class BounceMailboxSettings() : MailServerSettings(993, SmtpSecurity.Tls)
{
    public string Folder { get; set; } = "INBOX";

    /// <summary>Whether reports of our mails are deleted once they are recorded; else they are marked as read.</summary>
    public bool Delete { get; set; } = true;
}

/// <summary>Checks the settings for bounces and for SendGrid's reports.</summary>
internal sealed class DeliveryReportSettingsValidator : SettingsValidator<MailSettings>
{
    private static readonly TimeSpan Min = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Max = TimeSpan.FromDays(1);

    protected override IEnumerable<string> Faults(MailSettings options) =>
        Address(options).Concat(Mailbox(options.Bounces)).Concat(Webhook(options));

    private static IEnumerable<string> Address(MailSettings options)
    {
        if (options.Bounces.Address is not { } text)
            yield break;

        const string Write = "write a plain address whose server also takes mail for bounces+anything, for example bounces@example.com";
        var at = text.AsSpan().LastIndexOf('@');
        if (!MailboxAddress.TryParse(text, out var address) || address.Address != text || at < 1
            || !text.All(c => char.IsAsciiLetterOrDigit(c) || c is '@' or '.' or '-' or '_'))
            yield return $"Mail:Bounces:Address is not an address: {Write}";
        else if (at > BounceSettings.MaxLocalPartLength)
            yield return $"Mail:Bounces:Address has {at} characters before the @ and there is room for "
                + $"{BounceSettings.MaxLocalPartLength}: {Write}";
        if (options.Transport is MailTransportKind.SendGrid)
            yield return "Mail:Bounces:Address has no use with SendGrid, which takes bounces itself: "
                + "leave Mail:Bounces out, and set Mail:SendGrid:WebhookKey to be told of them";
    }

    private static IEnumerable<string> Mailbox(BounceSettings bounces)
    {
        var imap = bounces.Imap;
        if (imap.Host is null)
            yield break;

        if (string.IsNullOrWhiteSpace(imap.Host))
            yield return "Mail:Bounces:Imap:Host is empty: set the name of the IMAP server, or leave it out";
        if (bounces.Address is null)
            yield return "Mail:Bounces:Address is missing, although Mail:Bounces:Imap:Host is set: "
                + "set the address whose mail arrives there";
        foreach (var fault in imap.OAuth.Faults("Mail:Bounces:Imap", imap))
            yield return fault;
        if (!imap.OAuth.IsUsed && (string.IsNullOrEmpty(imap.User) || string.IsNullOrEmpty(imap.Password)))
            yield return "Mail:Bounces:Imap:User or Mail:Bounces:Imap:Password is missing: set both, of the mailbox that bounces arrive in";
        if (imap.Port is < 1 or > 65535)
            yield return $"Mail:Bounces:Imap:Port is {imap.Port}: choose between 1 and 65535, usually 993";
        if (string.IsNullOrWhiteSpace(imap.Folder))
            yield return "Mail:Bounces:Imap:Folder is empty: set the folder that bounces arrive in, usually INBOX";
        if (bounces.Interval < Min || bounces.Interval > Max)
            yield return $"Mail:Bounces:Interval is {bounces.Interval:c}: choose between {Min:c} and {Max:c} (days.hh:mm:ss)";
    }

    private static IEnumerable<string> Webhook(MailSettings options)
    {
        if (options.SendGrid.WebhookKey is not { } text)
            yield break;

        using var key = SendGridSignature.Key(text);
        if (key is null)
            yield return "Mail:SendGrid:WebhookKey is not the verification key of a signed Event Webhook: "
                + "copy it from SendGrid's Mail Settings (it starts with MFkw)";
    }
}
