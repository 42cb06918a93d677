using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Text;
using MimeKit;

namespace OneTimeJwt.Web.Site;

/// <summary>
/// An address for a mail's envelope and headers, as it is stored: the mail server judges it. Where only its domain is beyond
/// ASCII that is an A-label, which every server takes; the mail needs no SMTPUTF8 then.
/// </summary>
/// <remarks>
/// MimeKit decodes A-labels wherever it takes an address, and offers no other way; MailKit would then ask for SMTPUTF8 and
/// send U-labels, and Postfix returns such a mail where the next server doesn't offer SMTPUTF8. MimeKit also refuses dots
/// that old mobile addresses in Japan have (taro..y@docomo.example), unless told.
/// </remarks>
internal static class StoredMailbox
{
    private static readonly ParserOptions Lenient = new() { AddressParserComplianceMode = RfcComplianceMode.Looser };

    /// <param name="text">One plain address, without a name.</param>
    /// <param name="mailbox">The same for the envelope.</param>
    /// <returns>Whether it is one.</returns>
    public static bool TryCreate(string text, [NotNullWhen(true)] out MailboxAddress? mailbox)
    {
        mailbox = IsOne(text) ? Create(Encoding.UTF8, name: null, text, text.AsSpan().LastIndexOf('@')) : null;
        if (mailbox is not null && Ascii.IsValid(mailbox.LocalPart))
            mailbox = InAscii(mailbox);
        return mailbox is not null;
    }

    /// <summary>The same mailbox with its domain in ASCII.</summary>
    public static MailboxAddress InAscii(MailboxAddress mailbox)
    {
        var address = mailbox.GetAddress(idnEncode: true);
        return Create(mailbox.Encoding, mailbox.Name, address, address.AsSpan().LastIndexOf('@'));
    }

    // The parser has to read the whole text as one address, and to leave it as it is. It takes A-labels that it doesn't know
    // for one as they are, and a dot at the beginning behind a letter.
    private static bool IsOne(string text)
    {
        var plain = (text is ['.', ..] ? "x" : "") + text.Replace("xn--", "xn-x", StringComparison.Ordinal);
        return !text.Any(char.IsControl) && text.Contains('@', StringComparison.Ordinal)
            && MailboxAddress.TryParse(Lenient, plain, out var read) && read.Address == plain;
    }

    [UnsafeAccessor(UnsafeAccessorKind.Constructor)]
    private static extern MailboxAddress Create(Encoding encoding, string? name, string address, int at);
}
