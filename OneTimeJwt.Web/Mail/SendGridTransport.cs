using MimeKit;
using SendGrid;
using SendGrid.Helpers.Mail;

namespace OneTimeJwt.Web.Mail;

/// <summary>Sends through SendGrid's v3 API.</summary>
internal sealed class SendGridTransport : IMailTransport, IDisposable
{
    private const string Category = "account-recovery";

    private static readonly string[] CarriedHeaders = ["Auto-Submitted", "X-Auto-Response-Suppress", "X-Entity-Ref-ID", "Content-Language"];

    private readonly HttpClient _http;
    private readonly SendGridClient _client;
    private readonly bool _sandbox;
    private readonly bool _bypassesUnsubscribes;
    private readonly TimeProvider _time;

    [System.Diagnostics.CodeAnalysis.SuppressMessage("Reliability", "CA2000", Justification = "The client disposes of its handler.")]
    public SendGridTransport(IOptions<MailSettings> settings, TimeProvider time)
    {
        var sendGrid = settings.Value.SendGrid;
        (_sandbox, _bypassesUnsubscribes, _time) = (sendGrid.Sandbox, sendGrid.BypassUnsubscribes, time);
        // Not from the factory, whose clients log headers and so the key. No redirects.
        var connections = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            ConnectTimeout = TimeSpan.FromSeconds(30),
            PooledConnectionLifetime = TimeSpan.FromMinutes(5),
        };
        _http = new HttpClient(new SentRequestTracker(connections, time)) { Timeout = Timeout.InfiniteTimeSpan };
        _client = new SendGridClient(_http, new SendGridClientOptions { ApiKey = sendGrid.ApiKey, Host = sendGrid.BaseUrl });
    }

    public async Task SendAsync(MimeMessage message, CancellationToken cancellationToken)
    {
        var response = await _client.SendEmailAsync(Mail(message), cancellationToken);
        using var body = response.Body;
        if (response.IsSuccessStatusCode)
            return;

        var refusal = new HttpRequestException("SendGrid refused the mail.", inner: null, response.StatusCode);
        if (response.Headers.RetryAfter is { } wait)
            refusal.Data[MailFault.WaitKey] = wait.Delta ?? wait.Date - _time.GetUtcNow();
        throw refusal;
    }

    public void Dispose() => _http.Dispose();

    private SendGridMessage Mail(MimeMessage message)
    {
        var from = StoredMailbox.InAscii(message.From.Mailboxes.Single());
        var mail = new SendGridMessage
        {
            From = new EmailAddress(from.Address, from.Name),
            Personalizations = [new Personalization { Tos = [new EmailAddress(message.To.Mailboxes.Single().Address)] }],
            Subject = message.Subject,
            PlainTextContent = message.TextBody,
            HtmlContent = message.HtmlBody,
            Headers = new(CarriedHeaders.Select(name => KeyValuePair.Create(name, message.Headers[name])))
            {
                ["Message-ID"] = $"<{message.MessageId}>",
            },
            Categories = [Category],
        };
        // Tracking would rewrite the link, and another server would open it first.
        mail.SetClickTracking(enable: false, enableText: false);
        mail.SetOpenTracking(enable: false);
        mail.SetSubscriptionTracking(enable: false);
        mail.SetGoogleAnalytics(enable: false);
        mail.SetSandBoxMode(_sandbox);
        // Not bypass_list_management, which would also send to addresses that bounced.
        mail.MailSettings.BypassUnsubscribeManagement = new BypassUnsubscribeManagement { Enable = _bypassesUnsubscribes };
        if (MailIds.Of(message) is { } id)
            mail.AddGlobalCustomArg(MailIds.CustomArgument, id.ToString("N"));
        return mail;
    }
}
