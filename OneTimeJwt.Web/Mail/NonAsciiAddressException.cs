using System.Diagnostics.CodeAnalysis;
using System.Text;
using MimeKit;

namespace OneTimeJwt.Web.Mail;

/// <summary>A recipient whose address has no form in ASCII, and a mail server without SMTPUTF8 (RFC 6531).</summary>
[SuppressMessage("Design", "CA1032", Justification = "It has one cause.")]
internal sealed class NonAsciiAddressException() : Exception("The mail server takes no addresses beyond ASCII.")
{
    /// <summary>Whether a recipient's address has letters beyond ASCII that no A-label can stand for.</summary>
    public static bool IsDueTo(MimeMessage message) =>
        message.To.Mailboxes.Any(mailbox => !Ascii.IsValid(mailbox.GetAddress(idnEncode: true)));
}
