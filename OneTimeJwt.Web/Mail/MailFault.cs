using System.Net;
using System.Net.Sockets;
using MailKit.Net.Smtp;
using MailKit.Security;
using OneTimeJwt.Web.Shell;

namespace OneTimeJwt.Web.Mail;

/// <summary>
/// Why a mail was not sent, in words of our own: what servers and exceptions say may quote addresses and links. What an
/// operator can mend is not permanent.
/// </summary>
/// <param name="Words">For the trail and the log.</param>
/// <param name="Advice">What to do about it.</param>
/// <param name="Permanent">Whether the same mail would be refused again.</param>
/// <param name="Wait">How long the other side asked to be left alone.</param>
internal sealed record MailFault(string Words, string Advice, bool Permanent = false, TimeSpan? Wait = null)
{
    /// <summary>Where an exception carries the wait that was asked for.</summary>
    public const string WaitKey = "wait";

    private const string Reach = "Check {0}, and that a firewall lets this machine through";
    private const string Security = "Check Mail:Smtp:Security: Tls is usual on port 465, StartTls on 587 and 25";

    public static MailFault Unanswered { get; } =
        new("handed over, but no answer came: it may have arrived", "Look into the mailbox, and into the server's log, before it is sent again");

    public static MailFault Of(Exception fault) => fault switch
    {
        MailUnansweredException => Unanswered,
        FormatException => new("the stored address is not one that mail can be sent to", "Write one plain address, for example ada@example.com", Permanent: true),
        SmtpCommandException refused => OfSmtp(refused),
        SmtpProtocolException => new("the mail server broke the conversation off", $"{Security}; and that Mail:Smtp:Port is a mail server's"),
        AuthenticationException => new("the mail server refused user and password", "Check Mail:Smtp:User and Mail:Smtp:Password"),
        SslHandshakeException => new("no trusted TLS connection to the mail server", $"{Security}. Check also that Mail:Smtp:Host is the name in the server's certificate and that this machine trusts who issued it"),
        MailKit.ServiceNotAuthenticatedException => new("the mail server wants a user and a password", "Set Mail:Smtp:User and Mail:Smtp:Password"),
        NotSupportedException => new("the mail server doesn't offer what the settings ask for, TLS or sign-in", $"{Security}; and whether the server wants Mail:Smtp:User at all"),
        HttpRequestException { StatusCode: { } status } refused => OfSendGrid((int)status, refused.Data[WaitKey] as TimeSpan?),
        HttpRequestException => new("SendGrid can't be reached", Where("Mail:SendGrid:BaseUrl")),
        SocketException => new("the mail server can't be reached", Where("Mail:Smtp:Host and Mail:Smtp:Port")),
        TimeoutException or OperationCanceledException => new("the mail server didn't answer in time", $"{Where("host and port")}. {Security}"),
        IOException => new("the connection to the mail server, or the disk, failed", $"{Security}, and whether the disk is full"),
        _ when Outage.Is(fault) => new("the database failed", "Check ConnectionStrings:Accounts"),
        _ => new(fault.GetType().Name, "This is a fault of the app: please report it"),
    };

    private static MailFault OfSmtp(SmtpCommandException refused)
    {
        var status = (int)refused.StatusCode;
        // 530 to 538 are about signing in, whatever they answer (RFC 4954, section 6).
        var permanent = status is >= 500 and not (>= 530 and <= 538) && refused.ErrorCode is SmtpErrorCode.RecipientNotAccepted or SmtpErrorCode.MessageNotAccepted;
        return new($"the mail server refused it with {status}", refused.ErrorCode switch
        {
            SmtpErrorCode.SenderNotAccepted => "Check that the server lets Mail:Smtp:User send as Mail:From",
            SmtpErrorCode.RecipientNotAccepted => "Check the address, and that the server relays to it for Mail:Smtp:User",
            SmtpErrorCode.MessageNotAccepted => "The server's log says what it dislikes about the mail",
            _ => "The server's log says why",
        }, permanent);
    }

    private static MailFault OfSendGrid(int status, TimeSpan? wait) => new(
        $"SendGrid refused it with {status}",
        status switch
        {
            401 => "Check Mail:SendGrid:ApiKey",
            403 => "Check that the key may do Mail Send, and that Mail:From is a verified sender",
            404 or 405 => "Check Mail:SendGrid:BaseUrl: it ends before /v3",
            429 => "Wait: SendGrid takes no more mails from this key for now",
            >= 500 => "Wait: SendGrid is in trouble, see status.sendgrid.com",
            _ => "Check the address and Mail:From",
        },
        Permanent: status is >= 400 and < 500 and not (401 or 403 or 404 or 405 or (int)HttpStatusCode.RequestTimeout or (int)HttpStatusCode.TooManyRequests),
        wait);

    private static string Where(string key) => Reach.Replace("{0}", key, StringComparison.Ordinal);
}
