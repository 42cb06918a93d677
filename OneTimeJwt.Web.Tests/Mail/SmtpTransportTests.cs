using System.Net.Sockets;
using System.Text;
using MailKit.Net.Smtp;
using MailKit.Security;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using MimeKit;
using OneTimeJwt.Web.Mail;
using OneTimeJwt.Web.Tests.Admin;

namespace OneTimeJwt.Web.Tests.Mail;

public sealed class SmtpTransportTests : IAsyncDisposable
{
    private readonly SmtpDouble _server = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_message_arrives_whole_from_and_to_the_right_addresses()
    {
        await SendAsync(SmtpSecurity.None);

        Assert.Contains(
            _server.Commands,
            command => command.StartsWith("MAIL FROM:<no-reply@example.com>", StringComparison.OrdinalIgnoreCase));
        Assert.Single(_server.Commands, command => command.StartsWith("RCPT TO:<ada@example.com>", StringComparison.OrdinalIgnoreCase));
        Assert.Equal("QUIT", _server.Commands[^1]);
        using var mail = await MimeMessage.LoadAsync(new MemoryStream(Encoding.Latin1.GetBytes(_server.Data)), Cancellation);
        Assert.Contains($"\n{MailSamples.Link}\n", mail.TextBody!.ReplaceLineEndings("\n"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task StartTls_is_what_is_asked_for_unless_something_else_is_said() =>
        await Assert.ThrowsAsync<NotSupportedException>(() => SendAsync(new SmtpSettings().Security));

    [Fact]
    public async Task A_server_without_STARTTLS_gets_neither_the_mail_nor_the_password()
    {
        _server.Extensions.Add("AUTH PLAIN LOGIN");

        await Assert.ThrowsAsync<NotSupportedException>(() => SendAsync(SmtpSecurity.StartTls, "user", "secret"));

        Assert.DoesNotContain(
            _server.Commands,
            command => command.StartsWith("AUTH", StringComparison.Ordinal) || command.StartsWith("MAIL", StringComparison.Ordinal));
        Assert.Empty(_server.Data);
    }

    [Fact]
    public async Task A_server_that_offers_STARTTLS_and_refuses_it_gets_nothing()
    {
        _server.Extensions.Add("STARTTLS");
        _server.Answers["STARTTLS"] = "454 TLS not available due to temporary reason";

        await Assert.ThrowsAnyAsync<Exception>(() => SendAsync(SmtpSecurity.StartTls, "user", "secret"));

        Assert.Contains("STARTTLS", _server.Commands);
        Assert.DoesNotContain(
            _server.Commands,
            command => command.StartsWith("AUTH", StringComparison.Ordinal) || command.StartsWith("MAIL", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_certificate_that_nobody_vouches_for_is_refused()
    {
        using var own = SelfSignedCertificate.Certificate("127.0.0.1");
        _server.Certificate = own;

        var fault = await Assert.ThrowsAsync<SslHandshakeException>(() => SendAsync(SmtpSecurity.Tls));

        Assert.Equal("no trusted TLS connection to the mail server", MailFault.Of(fault).Cause);
        Assert.Empty(_server.Commands);
    }

    [Fact]
    public async Task User_and_password_are_presented_where_they_are_set()
    {
        _server.Extensions.Add("AUTH PLAIN");

        await SendAsync(SmtpSecurity.None, "user", "secret");

        Assert.Contains($"AUTH PLAIN {Convert.ToBase64String("\0user\0secret"u8)}", _server.Commands);
    }

    [Fact]
    public async Task A_refused_password_is_a_fault_and_no_mail_is_sent()
    {
        _server.Extensions.Add("AUTH PLAIN");
        _server.Answers["AUTH"] = "535 no";

        await Assert.ThrowsAsync<AuthenticationException>(() => SendAsync(SmtpSecurity.None, "user", "secret"));

        Assert.Empty(_server.Data);
    }

    [Theory]
    [InlineData("RCPT", "550 5.1.1 no such user ada@example.com", "the mail server refused it with 550 5.1.1")]
    [InlineData("RCPT", "550 no such user ada@example.com", "the mail server refused it with 550")]
    [InlineData("MAIL", "451 try again later", "the mail server refused it with 451")]
    [InlineData("DATA", "554 spam: https://evil.example", "the mail server refused it with 554")]
    public async Task A_refusal_is_told_without_the_servers_own_words(string command, string answer, string words)
    {
        _server.Answers[command] = answer;

        var fault = await Assert.ThrowsAsync<SmtpCommandException>(() => SendAsync(SmtpSecurity.None));

        Assert.Equal(words, MailFault.Of(fault).Cause);
    }

    [Theory]
    [InlineData(null, "https://accounts.example.com", "accounts.example.com")]
    [InlineData(null, "https://accounts.example.com:8443", "accounts.example.com")]
    [InlineData(null, "https://xn--bcher-kva.example", "xn--bcher-kva.example")]
    [InlineData(null, "http://localhost:5080", "localhost")]
    [InlineData(null, "http://192.0.2.7", "[192.0.2.7]")]
    [InlineData(null, "http://[2001:db8::7]:80", "[IPv6:2001:db8::7]")]
    [InlineData("relay.example.com", "https://accounts.example.com", "relay.example.com")]
    [InlineData("192.0.2.8", "https://accounts.example.com", "[192.0.2.8]")]
    public async Task It_introduces_itself_with_a_full_name(string? setting, string origin, string name)
    {
        var settings = new MailSettings
        {
            Smtp = new()
            {
                Host = "127.0.0.1",
                Port = _server.Port,
                Security = SmtpSecurity.None,
                LocalDomain = setting,
            },
        };
        Assert.True(PublicOrigin.TryParse(origin, out var canonical));
        var site = new MailSite(new Uri(canonical.Value).Authority);
        using var message = await MailSamples.ComposeAsync(MailSamples.Content());
        await using var transport = new SmtpTransport(
            Options.Create(settings),
            site,
            TimeProvider.System,
            NullLogger<SmtpTransport>.Instance);
        await transport.SendAsync(message, Cancellation);

        Assert.Contains($"EHLO {name}", _server.Commands);
    }

    [Theory]
    [InlineData("250 ok")]
    [InlineData("251 will forward")]
    [InlineData("252 as far as I know")]
    public async Task Whatever_begins_with_a_2_is_a_receipt(string receipt)
    {
        _server.Answers["."] = receipt;

        await SendAsync(SmtpSecurity.None);

        Assert.Single(_server.Commands, command => command == "DATA");
    }

    [Fact]
    public async Task A_server_that_is_not_there_is_a_fault()
    {
        await _server.DisposeAsync();

        var fault = await Assert.ThrowsAnyAsync<SocketException>(() => SendAsync(SmtpSecurity.None));

        Assert.Equal("the mail server can't be reached", MailFault.Of(fault).Cause);
    }

    [Fact]
    public async Task A_server_that_is_silent_is_left_when_told_to()
    {
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        using var timeout = new CancellationTokenSource();

        var sending = SendAsync(SmtpSecurity.None, port: ((IPEndPoint)silent.LocalEndpoint).Port, cancellation: timeout.Token);
        using var connection = await silent.AcceptTcpClientAsync(Cancellation);
        await timeout.CancelAsync();

        var fault = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => sending);

        Assert.Equal("the mail server didn't answer in time", MailFault.Of(fault).Cause);
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    private async Task SendAsync(
        SmtpSecurity security,
        string? user = null,
        string? password = null,
        int? port = null,
        CancellationToken? cancellation = null)
    {
        var settings = new MailSettings
        {
            Smtp = new()
            {
                Host = "127.0.0.1",
                Port = port ?? _server.Port,
                Security = security,
                User = user,
                Password = password,
            },
        };
        using var message = await MailSamples.ComposeAsync(MailSamples.Content());
        await using var transport = new SmtpTransport(
            Options.Create(settings),
            new MailSite("accounts.example.com"),
            TimeProvider.System,
            NullLogger<SmtpTransport>.Instance);
        await transport.SendAsync(message, cancellation ?? Cancellation);
    }
}
