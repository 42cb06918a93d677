using System.Diagnostics.CodeAnalysis;
using System.Text;
using MimeKit;

namespace OneTimeJwt.Web.Mail;

/// <summary>The recipient's address can't be written in ASCII, and the mail server has no SMTPUTF8 (RFC 6531).</summary>
[SuppressMessage("Design", "CA1032", Justification = "It has one cause.")]
internal sealed class NonAsciiAddressException() : Exception("The mail server takes no addresses beyond ASCII.")
{
    /// <summary>Whether a recipient's address has non-ASCII characters outside of its domain.</summary>
    public static bool IsDueTo(MimeMessage message) =>
        message.To.Mailboxes.Any(mailbox => !Ascii.IsValid(mailbox.GetAddress(idnEncode: true)));
}
