using System.Text.Encodings.Web;
using System.Text.Unicode;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Web;
using MimeKit;

namespace OneTimeJwt.Web.Mail;

/// <summary>Makes a message of content: a text part and an HTML part that say the same.</summary>
public sealed class MailComposer(ILoggerFactory loggers, IOptions<MailSettings> settings, Brand brand, MailSite site, TimeProvider time)
{
    private const int UsualText = 2048;
    private const int UsualHtml = 8192;

    // Not the app's services, which would bring the request's user along. The default encoder writes non-ASCII characters as
    // references, which spam filters take for obfuscation.
    private static readonly ServiceProvider Services =
        new ServiceCollection().AddSingleton(HtmlEncoder.Create(UnicodeRanges.All)).BuildServiceProvider();

    /// <summary>Who mails are from, as mailboxes show it.</summary>
    public string Sender => _from is { Name.Length: > 0 } named ? named.Name : _from.Address;

    private readonly MailLook _leftToRight = new(brand, "left");
    private readonly MailLook _rightToLeft = new(brand, "right");
    private readonly MailboxAddress _from = From(settings.Value, brand);

    // Distinguishes the mails of several sites.
    private string Site => brand.IsNamed ? brand.Name : site.Host;

    /// <param name="to">The stored address of the account.</param>
    /// <param name="content">In the language that is set.</param>
    /// <param name="id">Of the mail. A copy has the same, so that mailboxes may show one (RFC 5322, section 3.6.4).</param>
    /// <exception cref="FormatException">The stored address is not one that mail can be sent to.</exception>
    public async Task<MimeMessage> ComposeAsync(string to, MailContent content, Guid id)
    {
        if (!StoredMailbox.TryCreate(to, out var recipient))
            throw new FormatException("The stored address is not one that mail can be sent to.");

        using var text = new MailBody(UsualText);
        MailText.Write(text, content, brand.Contact);
        using var html = new MailBody(UsualHtml);
        await RenderAsync(
            html,
            new()
            {
                [nameof(MailHtml.Content)] = content,
                [nameof(MailHtml.Look)] = Language.IsRightToLeft ? _rightToLeft : _leftToRight,
                [nameof(MailHtml.Contact)] = brand.Contact,
                [nameof(MailHtml.SiteName)] =
                    brand.IsNamed ? brand.Name
                    : _from.Name is { Length: > 0 } name ? name
                    : _from.Domain,
            });
        var message = new MimeMessage
        {
            Subject = $"{content.Subject} ({Site})",
            Date = time.GetUtcNow(),
            Body = new MultipartAlternative { MailPart.Of("plain", text.ToStream()), MailPart.Of("html", html.ToStream()) },
        };
        // A non-ASCII sender would require SMTPUTF8 for every mail.
        var sender = StoredMailbox.InAscii(_from);
        message.From.Add(sender);
        message.To.Add(recipient);
        message.MessageId = $"{id:N}@{sender.Domain}";
        // No out-of-office replies to a no-reply address (RFC 3834, section 5; for Exchange [MS-OXCMAIL]). Not "All", which also
        // suppresses reports of delivery.
        message.Headers.Add("Auto-Submitted", "auto-generated");
        message.Headers.Add("X-Auto-Response-Suppress", "OOF, AutoReply");
        // Gmail groups mails with the same subject into one conversation unless this differs.
        message.Headers.Add("X-Entity-Ref-ID", $"{id:N}");
        message.Headers.Add("Content-Language", Language.Current.Code);
        EncodedWords.Write(message);
        return message;
    }

    private static MailboxAddress From(MailSettings settings, Brand brand)
    {
        var from = MailboxAddress.Parse(settings.From!);
        from.Name = string.IsNullOrEmpty(from.Name) && brand.IsNamed ? brand.Name : from.Name;
        return from;
    }

    private async Task RenderAsync(TextWriter html, Dictionary<string, object?> parameters)
    {
        await using var renderer = new HtmlRenderer(Services, loggers);
        await renderer.Dispatcher.InvokeAsync(async () =>
            (await renderer.RenderComponentAsync<MailHtml>(ParameterView.FromDictionary(parameters))).WriteHtmlTo(html));
    }
}
