namespace OneTimeJwt.Web.Mail;

/// <summary>
/// All of a mail was handed over and no answer came. It may have been delivered (RFC 5321, section 4.5.3.2.6; RFC 1047).
/// </summary>
[System.Diagnostics.CodeAnalysis.SuppressMessage("Design", "CA1032", Justification = "There is always a cause.")]
internal sealed class MailUnansweredException(Exception cause) : Exception("No answer came after the whole mail was handed over.", cause);
