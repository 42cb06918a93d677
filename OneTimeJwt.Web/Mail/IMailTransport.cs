using MimeKit;

namespace OneTimeJwt.Web.Mail;

/// <summary>How a message leaves the house.</summary>
public interface IMailTransport
{
    /// <summary>Returns when the message is accepted; throws where it is not.</summary>
    Task SendAsync(MimeMessage message, CancellationToken cancellationToken);
}
