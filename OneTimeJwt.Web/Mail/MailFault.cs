using System.Net;
using System.Net.Sockets;
using MailKit.Net.Smtp;
using MailKit.Security;

namespace OneTimeJwt.Web.Mail;

/// <summary>
/// Why a mail was not sent, in our own words: texts of servers and exceptions may quote addresses and links. What an operator can
/// correct is not permanent.
/// </summary>
/// <param name="Cause">For the trail and the log.</param>
/// <param name="Advice">What to do about it.</param>
/// <param name="Permanent">Whether the same mail would be refused again.</param>
/// <param name="Wait">How long the server asked to wait.</param>
internal sealed record MailFault(string Cause, string Advice, bool Permanent = false, TimeSpan? Wait = null)
{
    /// <summary>Whether the server would accept other mails.</summary>
    public bool IsAboutThisMail { get; init; } = Permanent;

    /// <summary>Set for faults of the database and of the app itself, whose cause says little.</summary>
    public Exception? Unexplained { get; init; }

    /// <summary>The key in an exception's data for the wait that was asked for.</summary>
    public const string WaitKey = "wait";

    private const string SignInKeys = "Mail:Smtp:User and Mail:Smtp:Password, or Mail:Smtp:OAuth where it takes OAUTHBEARER or XOAUTH2";
    private const string Security = "Check Mail:Smtp:Security: Tls is usual on port 465, StartTls on 587 and 25";

    public static MailFault Unanswered { get; } =
        new(
            "handed over, but no answer came: it may have arrived",
            "Look into the mailbox, and into the server's log, before it is sent again");

    public static MailFault Of(Exception fault) =>
        fault switch
        {
            MailUnansweredException => Unanswered,
            FormatException => new(
                "the stored address is not one that mail can be sent to",
                "Write one plain address, for example ada@example.com",
                Permanent: true),
            NonAsciiAddressException => new(
                "the mail server takes no addresses beyond ASCII",
                "Use a mail server that offers SMTPUTF8, or an address in plain letters",
                Permanent: true),
            SmtpCommandException refused => OfSmtp(refused),
            SmtpProtocolException => new(
                "the mail server broke the conversation off",
                $"{Security}; and that Mail:Smtp:Port is a mail server's"),
            AuthenticationException => new("the mail server refused the sign-in", $"Check {SignInKeys}"),
            SslHandshakeException => new(
                "no trusted TLS connection to the mail server",
                $"{Security}. Check also that Mail:Smtp:Host is the name in the server's certificate, that this machine trusts who "
                    + "issued it, and that whoever it names can be asked whether it was revoked (else Mail:Smtp:Revocation)"),
            MailKit.ServiceNotAuthenticatedException => new("the mail server wants a sign-in", $"Set {SignInKeys}"),
            NoMechanismException { Offered: "" } => new(
                "the mail server offers no sign-in",
                $"Take Mail:Smtp:User away if it wants none. {Security}: many offer it over TLS only"),
            NoMechanismException none => new(
                "the mail server offers no way to sign in that we have",
                $"It offers {none.Offered}: {SignInKeys}"),
            OAuthRefusedException refused => new(
                $"no access token for the mail server ({refused.Code})",
                "Check Mail:Smtp:OAuth, and the application's rights and secret where it is registered"),
            NotSupportedException => new(
                "the mail server doesn't offer what the settings ask for, TLS or sign-in",
                $"{Security}; and whether the server wants Mail:Smtp:User at all"),
            HttpRequestException { StatusCode: { } status } refused => OfSendGrid((int)status, refused.Data[WaitKey] as TimeSpan?),
            HttpRequestException => new("SendGrid can't be reached", Reach("Mail:SendGrid:BaseUrl")),
            SocketException => new("the mail server can't be reached", Reach("Mail:Smtp:Host and Mail:Smtp:Port")),
            TimeoutException or OperationCanceledException => new(
                "the mail server didn't answer in time",
                $"{Reach("host and port")}. {Security}"),
            IOException => new("the connection to the mail server, or the disk, failed", $"{Security}, and whether the disk is full"),
            _ when fault.IsOutage() => new("the database failed", "Check ConnectionStrings:Accounts") { Unexplained = fault },
            _ => new(fault.GetType().Name, "This is a fault of the app: please report it") { Unexplained = fault },
        };

    private static MailFault OfSmtp(SmtpCommandException exception)
    {
        var refusal = SmtpRefusal.Of(exception);
        return new(
            $"the mail server refused it with {refusal.Codes}",
            refusal.About switch
            {
                RefusalSubject.Recipient => "Check the address, and that the server relays to it for Mail:Smtp:User",
                RefusalSubject.Introduction => "Set Mail:Smtp:LocalDomain to this machine's full name as the DNS knows it",
                RefusalSubject.SignIn => "Check Mail:Smtp:User and Mail:Smtp:Password",
                RefusalSubject.Sender =>
                    "Check that the server lets Mail:Smtp:User send as Mail:From, and as Mail:Bounces:Address where that is set",
                RefusalSubject.Policy =>
                    "Check that the server relays for this machine or for Mail:Smtp:User, and what its log says of its rules",
                RefusalSubject.Message => "The server's log says what it dislikes about the mail",
                _ => "The server's log says why",
            },
            refusal.IsPermanent)
        {
            IsAboutThisMail = refusal.IsAboutThisMail,
        };
    }

    private static MailFault OfSendGrid(int status, TimeSpan? wait) =>
        new(
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
            Permanent: status
                is >= 400
                    and < 500
                    and not (401 or 403 or 404 or 405 or (int)HttpStatusCode.RequestTimeout or (int)HttpStatusCode.TooManyRequests),
            wait);

    private static string Reach(string keys) => $"Check {keys}, and that a firewall lets this machine through";
}
