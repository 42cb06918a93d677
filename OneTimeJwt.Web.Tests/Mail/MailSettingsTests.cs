using OneTimeJwt.Web.Mail;

namespace OneTimeJwt.Web.Tests.Mail;

public sealed class MailSettingsTests : IDisposable
{
    private readonly Place _place = new("Production");

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

    [Fact]
    public void A_transport_that_is_not_built_yet_is_refused()
    {
        var settings = Good();
        settings.Transport = MailTransportKind.SendGrid;

        Assert.StartsWith("Mail:Transport SendGrid", Assert.Single(Faults(settings)), StringComparison.Ordinal);
    }

    [Fact]
    public void Every_fault_of_the_mail_server_is_listed_at_once()
    {
        var settings = new MailSettings { Transport = MailTransportKind.Smtp, Smtp = new() { Host = " ", Port = 0, User = "user" } };

        Assert.Equal(["Mail:From", "Mail:Smtp:Host", "Mail:Smtp:Port", "Mail:Smtp:Password"], Faults(settings).Select(fault => fault.Split(' ')[0]));
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

    private IReadOnlyCollection<string> Faults(MailSettings settings) => [.. new MailSettingsValidator(_place).Validate(null, settings).Failures ?? []];
}
