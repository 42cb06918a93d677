using Microsoft.Extensions.Options;
using MimeKit;

namespace OneTimeJwt.Web.Mail;

/// <summary>The <c>Mail</c> section.</summary>
public sealed class MailSettings
{
    /// <summary>How mail leaves; <c>Inbox</c> in Development unless set.</summary>
    public MailTransportKind? Transport { get; set; }

    public string? From { get; set; }

    public InboxSettings Inbox { get; set; } = new();

    public SmtpSettings Smtp { get; set; } = new();
}

public enum MailTransportKind
{
    Inbox,
    Smtp,
    SendGrid,
}

public sealed class InboxSettings
{
    /// <summary>Where one .eml file a message is written; relative to the content root.</summary>
    public string Directory { get; set; } = Path.Combine("App_Data", "inbox");
}

public sealed class SmtpSettings
{
    public string? Host { get; set; }

    public int Port { get; set; } = 587;

    public string? User { get; set; }

    public string? Password { get; set; }

    public SmtpSecurity Security { get; set; } = SmtpSecurity.StartTls;
}

public enum SmtpSecurity
{
    StartTls,
    Tls,
    None,
}

internal sealed class MailSettingsValidator(IHostEnvironment environment) : IValidateOptions<MailSettings>
{
    public ValidateOptionsResult Validate(string? name, MailSettings options)
    {
        var faults = From(options).Concat(Transport(options)).ToList();
        return faults.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(faults);
    }

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
                yield return "Mail:Transport is missing: set Smtp and the keys under Mail:Smtp";
                break;
            case MailTransportKind.Inbox when !environment.IsDevelopment():
                yield return "Mail:Transport Inbox exists in Development only: set Smtp and the keys under Mail:Smtp";
                break;
            case MailTransportKind.SendGrid:
                yield return "Mail:Transport SendGrid is not available in this version: use Smtp";
                break;
            case MailTransportKind.Smtp:
                if (string.IsNullOrWhiteSpace(options.Smtp.Host))
                    yield return "Mail:Smtp:Host is missing: set the name of your mail server";
                if (options.Smtp.Port is < 1 or > 65535)
                    yield return $"Mail:Smtp:Port is {options.Smtp.Port}: choose between 1 and 65535, usually 587";
                if (options.Smtp.User is not null && options.Smtp.Password is null)
                    yield return "Mail:Smtp:Password is missing, although Mail:Smtp:User is set: set both or neither";
                break;
            default:
                break;
        }
    }
}
