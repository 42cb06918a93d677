using System.Security.Cryptography;
using OneTimeJwt.Web.Mail;

namespace OneTimeJwt.Web.Tests.Mail;

public sealed class MailSettingsTests : IDisposable
{
    private readonly TestHostEnvironment _place = new("Production");

    [Fact]
    public void Good_settings_have_no_faults() => Assert.Empty(Faults(Good()));

    [Theory]
    [InlineData(null, "Mail:From is missing")]
    [InlineData(" ", "Mail:From is missing")]
    [InlineData("Accounts", "Mail:From is not an address")]
    [InlineData("Accounts <no-reply>", "Mail:From is not an address")]
    [InlineData("a@example.com, b@example.com", "Mail:From is not an address")]
    public void A_sender_that_is_none_is_named(string? from, string words)
    {
        var settings = Good();
        settings.From = from;

        Assert.StartsWith(words, Assert.Single(Faults(settings)), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("accounts.example.com", null)]
    [InlineData("192.0.2.7", null)]
    [InlineData("2001:db8::7", null)]
    [InlineData("", "Mail:Smtp:LocalDomain is not a host name")]
    [InlineData("two words", "Mail:Smtp:LocalDomain is not a host name")]
    [InlineData("https://accounts.example.com", "Mail:Smtp:LocalDomain is not a host name")]
    [InlineData("a\r\nMAIL FROM:<b>", "Mail:Smtp:LocalDomain is not a host name")]
    public void A_name_that_no_server_takes_is_refused(string name, string? words)
    {
        var settings = Good();
        settings.Smtp.LocalDomain = name;

        IsRefused(settings, words);
    }

    [Theory]
    [InlineData("https://login.example.com/token", "id", "secret", "mails@example.com", null, null)]
    [InlineData("http://localhost:8080/token", "id", "secret", "mails@example.com", null, null)]
    [InlineData(null, "id", "secret", "mails@example.com", null, "Mail:Smtp:OAuth:TokenEndpoint is not an address")]
    [InlineData("login", "id", "secret", "mails@example.com", null, "Mail:Smtp:OAuth:TokenEndpoint is not an address")]
    [InlineData("ftp://login.example.com/", "id", "secret", "mails@example.com", null, "Mail:Smtp:OAuth:TokenEndpoint is not an address")]
    [InlineData("http://login.example.com/", "id", "secret", "mails@example.com", null, "Mail:Smtp:OAuth:TokenEndpoint starts with http")]
    [InlineData("https://login.example.com/", "clear", "secret", "mails@example.com", null, "Mail:Smtp:Security is None")]
    [InlineData("https://login.example.com/", " ", "secret", "mails@example.com", null, "Mail:Smtp:OAuth:ClientId is missing")]
    [InlineData("https://login.example.com/", "id", null, "mails@example.com", null, "Mail:Smtp:OAuth:ClientSecret is missing")]
    [InlineData("https://login.example.com/", "id", "secret", null, null, "Mail:Smtp:User is missing, although Mail:Smtp:OAuth is set")]
    [InlineData(
        "https://login.example.com/",
        "id",
        "secret",
        "mails@example.com",
        "password",
        "Mail:Smtp:Password and Mail:Smtp:OAuth are both set")]
    public void A_sign_in_by_token_that_can_not_work_is_refused(
        string? endpoint,
        string? id,
        string? secret,
        string? user,
        string? password,
        string? words)
    {
        var settings = Good();
        (settings.Smtp.User, settings.Smtp.Password) = (user, password);
        (settings.Smtp.Host, settings.Smtp.Security) = (
            id == "clear" ? "mail.example.com" : settings.Smtp.Host,
            id == "clear" ? SmtpSecurity.None : settings.Smtp.Security);
        settings.Smtp.OAuth = new()
        {
            TokenEndpoint = endpoint,
            ClientId = id,
            ClientSecret = secret,
        };

        IsRefused(settings, words);
    }

    [Fact]
    public void A_missing_transport_is_named()
    {
        var settings = Good();
        settings.Transport = null;

        Assert.StartsWith("Mail:Transport is missing", Assert.Single(Faults(settings)), StringComparison.Ordinal);
    }

    [Fact]
    public void The_inbox_is_refused_outside_Development_and_fine_in_it()
    {
        var settings = Good();
        settings.Transport = MailTransportKind.Inbox;
        Assert.StartsWith("Mail:Transport Inbox exists in Development only", Assert.Single(Faults(settings)), StringComparison.Ordinal);

        _place.EnvironmentName = "Development";
        Assert.Empty(Faults(settings));
    }

    [Theory]
    [InlineData(null, "https://api.sendgrid.com", "Mail:SendGrid:ApiKey is missing")]
    [InlineData(" ", "https://api.sendgrid.com", "Mail:SendGrid:ApiKey is missing")]
    [InlineData("SG.key\n", "https://api.sendgrid.com", "Mail:SendGrid:ApiKey has characters")]
    [InlineData("SG.key", "", "Mail:SendGrid:BaseUrl is not")]
    [InlineData("SG.key", "api.sendgrid.com", "Mail:SendGrid:BaseUrl is not")]
    [InlineData("SG.key", "ftp://api.sendgrid.com", "Mail:SendGrid:BaseUrl is not")]
    [InlineData("SG.key", "https://api.sendgrid.com?a=b", "Mail:SendGrid:BaseUrl is not")]
    [InlineData("SG.key", "https://user@api.sendgrid.com", "Mail:SendGrid:BaseUrl is not")]
    [InlineData("SG.key", "http://api.sendgrid.com", "Mail:SendGrid:BaseUrl starts with http")]
    public void SendGrid_without_a_key_or_with_no_place_to_send_to_is_refused(string? key, string url, string words)
    {
        var settings = Good();
        (settings.Transport, settings.SendGrid) = (MailTransportKind.SendGrid, new() { ApiKey = key, BaseUrl = url });

        var fault = Assert.Single(Faults(settings));
        Assert.StartsWith(words, fault, StringComparison.Ordinal);
        Assert.DoesNotContain("SG.", fault, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("https://api.eu.sendgrid.com")]
    [InlineData("https://proxy.example.com/sendgrid/")]
    [InlineData("http://127.0.0.1:8025")]
    public void SendGrid_may_be_somewhere_else(string url)
    {
        var settings = Good();
        (settings.Transport, settings.SendGrid) = (MailTransportKind.SendGrid, new() { ApiKey = "SG.key", BaseUrl = url });

        Assert.Empty(Faults(settings));
    }

    [Theory]
    [InlineData("00:00:59", false)]
    [InlineData("00:01:00", true)]
    [InlineData("7.00:00:00", true)]
    [InlineData("7.00:00:01", false)]
    public void Giving_up_takes_a_minute_to_a_week(string after, bool good)
    {
        var settings = Good();
        settings.GiveUpAfter = TimeSpan.Parse(after, System.Globalization.CultureInfo.InvariantCulture);

        Assert.Equal(good, Faults(settings).Count == 0);
    }

    [Fact]
    public void Every_fault_of_the_mail_server_is_listed_at_once()
    {
        var settings = new MailSettings
        {
            Transport = MailTransportKind.Smtp,
            Smtp = new()
            {
                Host = " ",
                Port = 0,
                User = "user",
                Connections = 0,
            },
        };

        Assert.Equal(
            ["Mail:From", "Mail:Smtp:Host", "Mail:Smtp:Port", "Mail:Smtp:Password", "Mail:Smtp:Connections"],
            Faults(settings).Select(fault => fault.Split(' ')[0]));
    }

    [Theory]
    [InlineData(1, true)]
    [InlineData(65535, true)]
    [InlineData(-1, false)]
    [InlineData(65536, false)]
    public void A_port_is_a_port(int port, bool good)
    {
        var settings = Good();
        settings.Smtp.Port = port;

        Assert.Equal(good, Faults(settings).Count == 0);
    }

    [Theory]
    [InlineData("bounces", 993, "bounces", "secret", "INBOX", "00:01:00", "Mail:Bounces:Address is not an address")]
    [InlineData("Bounces <bounces@example.com>", 993, "bounces", "secret", "INBOX", "00:01:00", "Mail:Bounces:Address is not an address")]
    [InlineData("bounces+x@example.com", 993, "bounces", "secret", "INBOX", "00:01:00", "Mail:Bounces:Address is not an address")]
    [InlineData("rücklauf@example.com", 993, "bounces", "secret", "INBOX", "00:01:00", "Mail:Bounces:Address is not an address")]
    [InlineData(
        "sixteen-letters-@example.com",
        993,
        "bounces",
        "secret",
        "INBOX",
        "00:01:00",
        "Mail:Bounces:Address has 16 characters before the @ and there is room for 15")]
    [InlineData(null, 993, "bounces", "secret", "INBOX", "00:01:00", "Mail:Bounces:Address is missing, although")]
    [InlineData("bounces@example.com", 0, "bounces", "secret", "INBOX", "00:01:00", "Mail:Bounces:Imap:Port is 0")]
    [InlineData(
        "bounces@example.com",
        993,
        null,
        "secret",
        "INBOX",
        "00:01:00",
        "Mail:Bounces:Imap:User or Mail:Bounces:Imap:Password is missing")]
    [InlineData(
        "bounces@example.com",
        993,
        "bounces",
        "",
        "INBOX",
        "00:01:00",
        "Mail:Bounces:Imap:User or Mail:Bounces:Imap:Password is missing")]
    [InlineData("bounces@example.com", 993, "bounces", "secret", " ", "00:01:00", "Mail:Bounces:Imap:Folder is empty")]
    [InlineData("bounces@example.com", 993, "bounces", "secret", "INBOX", "00:00:00", "Mail:Bounces:Interval is 00:00:00")]
    [InlineData("bounces@example.com", 993, "bounces", "secret", "INBOX", "1.00:00:01", "Mail:Bounces:Interval is 1.00:00:01")]
    [InlineData("fifteen-letters@example.com", 993, "bounces", "secret", "INBOX", "00:01:00", null)]
    public void A_mailbox_for_bounces_that_is_none_is_named(
        string? address,
        int port,
        string? user,
        string? password,
        string folder,
        string interval,
        string? words)
    {
        var settings = Good();
        settings.Bounces = new()
        {
            Address = address,
            Interval = TimeSpan.Parse(interval, System.Globalization.CultureInfo.InvariantCulture),
            Imap = new() { Host = "imap.example.com", Port = port, User = user, Password = password, Folder = folder },
        };

        IsRefused(settings, words);
    }

    [Fact]
    public void Bounces_are_SendGrids_own_where_that_sends()
    {
        var settings = Good();
        (settings.Transport, settings.SendGrid, settings.Bounces.Address) = (
            MailTransportKind.SendGrid,
            new() { ApiKey = "SG.key" },
            "bounces@example.com");

        IsRefused(settings, "Mail:Bounces:Address has no use with SendGrid");
    }

    [Theory]
    [InlineData(nameof(ECCurve.NamedCurves.nistP256), true)]
    [InlineData(nameof(ECCurve.NamedCurves.nistP384), false)]
    [InlineData("RSA", false)]
    [InlineData("not base64", false)]
    [InlineData("", false)]
    [InlineData("AAAA", false)]
    public void A_verification_key_that_is_none_is_named_and_not_quoted(string kind, bool good)
    {
        using var p256 = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var p384 = ECDsa.Create(ECCurve.NamedCurves.nistP384);
        using var rsa = RSA.Create();
        var settings = Good();
        (settings.Transport, settings.SendGrid) = (MailTransportKind.SendGrid, new()
        {
            ApiKey = "SG.key",
            WebhookKey = kind switch
            {
                nameof(ECCurve.NamedCurves.nistP256) => Convert.ToBase64String(p256.ExportSubjectPublicKeyInfo()),
                nameof(ECCurve.NamedCurves.nistP384) => Convert.ToBase64String(p384.ExportSubjectPublicKeyInfo()),
                "RSA" => Convert.ToBase64String(rsa.ExportSubjectPublicKeyInfo()),
                _ => kind,
            },
        });

        IsRefused(settings, good ? null : "Mail:SendGrid:WebhookKey is not the verification key");
    }

    [Fact]
    public void TLS_is_the_default_and_the_port_is_the_one_for_submission()
    {
        Assert.Equal(SmtpSecurity.StartTls, new SmtpSettings().Security);
        Assert.Equal(587, new SmtpSettings().Port);
    }

    public void Dispose() => _place.Dispose();

    private static MailSettings Good() => new()
    {
        Transport = MailTransportKind.Smtp,
        From = "Accounts <no-reply@example.com>",
        Smtp = new() { Host = "mail.example.com" },
    };

    private void IsRefused(MailSettings settings, string? words)
    {
        if (words is null)
            Assert.Empty(Faults(settings));
        else
            Assert.StartsWith(words, Assert.Single(Faults(settings)), StringComparison.Ordinal);
    }

    private IReadOnlyCollection<string> Faults(MailSettings settings) =>
    [
        .. new MailSettingsValidator(_place).Validate(null, settings).Failures ?? [],
        .. new DeliveryReportSettingsValidator().Validate(null, settings).Failures ?? [],
    ];
}
