using MailKit;
using MailKit.Net.Smtp;
using MailKit.Security;
using Microsoft.Extensions.Options;
using MimeKit;

namespace OneTimeJwt.Web.Mail;

internal sealed partial class SmtpTransport : IMailTransport
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan GoodbyePatience = TimeSpan.FromSeconds(3);

    private readonly SmtpSettings _smtp;

    public SmtpTransport(IOptions<MailSettings> settings, ILogger<SmtpTransport> logger)
    {
        _smtp = settings.Value.Smtp;
        if (_smtp.Security == SmtpSecurity.None)
            Log.ClearText(logger);
    }

    public async Task SendAsync(MimeMessage message, CancellationToken cancellationToken)
    {
        var smtp = _smtp;
        using var client = new SmtpClient { Timeout = (int)Patience.TotalMilliseconds };
        await client.ConnectAsync(smtp.Host!, smtp.Port, Options(smtp.Security), cancellationToken);
        if (smtp.User is not null)
            await client.AuthenticateAsync(smtp.User, smtp.Password!, cancellationToken);
        await client.SendAsync(message, cancellationToken);
        await PartAsync(client);
    }

    // The mail is accepted: however the server says goodbye, it must not be sent again.
    private static async Task PartAsync(SmtpClient client)
    {
        using var patience = new CancellationTokenSource(GoodbyePatience);
        try
        {
            await client.DisconnectAsync(quit: true, patience.Token);
        }
        catch (Exception fault) when (fault is OperationCanceledException or IOException or ProtocolException or CommandException or TimeoutException)
        {
        }
    }

    // StartTls refuses a server that doesn't offer it: no fallback to clear text.
    private static SecureSocketOptions Options(SmtpSecurity security) => security switch
    {
        SmtpSecurity.Tls => SecureSocketOptions.SslOnConnect,
        SmtpSecurity.None => SecureSocketOptions.None,
        _ => SecureSocketOptions.StartTls,
    };

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Warning, "Mail:Smtp:Security is None: links travel to the mail server in clear text.")]
        public static partial void ClearText(ILogger logger);
    }
}
