using MimeKit;

namespace OneTimeJwt.Web.Mail;

/// <summary>The <c>Mail</c> section.</summary>
public sealed class MailSettings
{
    /// <summary><c>Inbox</c> in Development unless set.</summary>
    public MailTransportKind? Transport { get; set; }

    public string? From { get; set; }

    public InboxSettings Inbox { get; set; } = new();

    public SmtpSettings Smtp { get; set; } = new();

    public SendGridSettings SendGrid { get; set; } = new();

    public BounceSettings Bounces { get; set; } = new();

    /// <summary>Older requests for links are dropped.</summary>
    public TimeSpan GiveUpAfter { get; set; } = TimeSpan.FromHours(12);
}

public enum MailTransportKind
{
    Inbox,
    Smtp,
    SendGrid,
}

public sealed class InboxSettings
{
    /// <summary>The folder for .eml files, relative to the content root.</summary>
    public string Directory { get; set; } = Path.Combine("App_Data", "inbox");
}

public sealed class SendGridSettings
{
    public string? ApiKey { get; set; }

    /// <summary>The v3 API: SendGrid's own, its European one, or a proxy.</summary>
    public string BaseUrl { get; set; } = "https://api.sendgrid.com";

    /// <summary>SendGrid then checks mails and delivers none.</summary>
    public bool Sandbox { get; set; }

    /// <summary>Whether mails are also sent to recipients that unsubscribed from all mails of the SendGrid account.</summary>
    public bool BypassUnsubscribes { get; set; } = true;

    /// <summary>The public key of the Event Webhook, in base64 as SendGrid shows it. Null: there is no webhook.</summary>
    public string? WebhookKey { get; set; }
}

internal sealed class MailSettingsValidator(IHostEnvironment environment) : SettingsValidator<MailSettings>
{
    protected override IEnumerable<string> Faults(MailSettings options) =>
        From(options).Concat(Transport(options)).Concat(GiveUp(options));

    private static IEnumerable<string> From(MailSettings options)
    {
        if (string.IsNullOrWhiteSpace(options.From))
            yield return "Mail:From is missing: set the address that mails come from, for example Accounts <no-reply@example.com>";
        else if (!MailboxAddress.TryParse(options.From, out var from) || !from.Address.Contains('@', StringComparison.Ordinal))
            yield return "Mail:From is not an address: write for example Accounts <no-reply@example.com>";
    }

    private IEnumerable<string> Transport(MailSettings options)
    {
        switch (options.Transport)
        {
            case null:
                yield return "Mail:Transport is missing: set Smtp and the keys under Mail:Smtp, or SendGrid and Mail:SendGrid:ApiKey";
                break;
            case MailTransportKind.Inbox when !environment.IsDevelopment():
                yield return "Mail:Transport Inbox exists in Development only: set Smtp and the keys under Mail:Smtp, or SendGrid and "
                    + "Mail:SendGrid:ApiKey";
                break;
            case MailTransportKind.SendGrid:
                foreach (var fault in SendGrid(options.SendGrid))
                    yield return fault;
                break;
            case MailTransportKind.Smtp:
                foreach (var fault in options.Smtp.Faults())
                    yield return fault;
                break;
            default:
                break;
        }
    }

    private static IEnumerable<string> SendGrid(SendGridSettings sendGrid)
    {
        if (string.IsNullOrWhiteSpace(sendGrid.ApiKey))
            yield return "Mail:SendGrid:ApiKey is missing: make one at SendGrid that may do Mail Send and nothing else";
        else if (sendGrid.ApiKey.Any(c => !char.IsAscii(c) || char.IsControl(c) || char.IsWhiteSpace(c)))
            yield return "Mail:SendGrid:ApiKey has characters that no key has, such as a space or a line break: copy it again";

        if (
            !Uri.TryCreate(sendGrid.BaseUrl, UriKind.Absolute, out var url)
            || url.Scheme is not ("http" or "https")
            || url.Query.Length + url.Fragment.Length + url.UserInfo.Length > 0)
            yield return "Mail:SendGrid:BaseUrl is not a web address: write for example https://api.sendgrid.com, without /v3";
        else if (url.Scheme == "http" && !url.IsLoopback)
            yield return "Mail:SendGrid:BaseUrl starts with http, so that the key would travel in clear text: use https";
    }

    private static IEnumerable<string> GiveUp(MailSettings options)
    {
        if (options.GiveUpAfter < TimeSpan.FromMinutes(1) || options.GiveUpAfter > TimeSpan.FromDays(7))
            yield return $"Mail:GiveUpAfter is {options.GiveUpAfter:c}: choose between 00:01:00 and 7.00:00:00";
    }
}
