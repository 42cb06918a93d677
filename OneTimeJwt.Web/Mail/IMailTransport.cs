using MimeKit;

namespace OneTimeJwt.Web.Mail;

/// <summary>Sends messages.</summary>
public interface IMailTransport
{
    /// <summary>Returns when the message is accepted; throws where it is not.</summary>
    /// <exception cref="MailUnansweredException">It was handed over, and may have been accepted.</exception>
    Task SendAsync(MimeMessage message, CancellationToken cancellationToken);
}
