using System.Net.Sockets;
using System.Text;
using MailKit.Security;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using OneTimeJwt.Web.Mail;
using OneTimeJwt.Web.Tests.Admin;

namespace OneTimeJwt.Web.Tests.Mail;

/// <summary>Signing in to a mail server with an access token (RFC 7628 and what went before it).</summary>
public sealed class SmtpOAuthTests : IAsyncLifetime
{
    private readonly SmtpDouble _server = new();
    private readonly FakeTimeProvider _time = new();
    private OAuthDouble _endpoint = null!;
    private OAuthSettings _oauth = null!;

    public async ValueTask InitializeAsync()
    {
        _endpoint = await OAuthDouble.StartAsync();
        _oauth = new()
        {
            TokenEndpoint = _endpoint.Endpoint,
            ClientId = "id",
            ClientSecret = OAuthDouble.Secret,
            Scope = "https://outlook.office365.com/.default",
        };
    }

    [Theory]
    [InlineData("AUTH LOGIN XOAUTH2", "AUTH XOAUTH2 ", "user=mails@example.com\u0001auth=Bearer token-1\u0001\u0001")]
    [InlineData("AUTH OAUTHBEARER XOAUTH2", "AUTH XOAUTH2 ", "user=mails@example.com\u0001auth=Bearer token-1\u0001\u0001")]
    [InlineData(
        "AUTH OAUTHBEARER",
        "AUTH OAUTHBEARER ",
        "n,a=mails@example.com,\u0001host=127.0.0.1\u0001port=-1\u0001auth=Bearer token-1\u0001\u0001")]
    public async Task The_token_is_asked_for_and_presented(string offered, string command, string said)
    {
        _server.Extensions.Add(offered);

        await SendAsync();

        Assert.Single(_server.Mails);
        Assert.Equal(
            new()
            {
                ["grant_type"] = "client_credentials",
                ["client_id"] = "id",
                ["client_secret"] = OAuthDouble.Secret,
                ["scope"] = "https://outlook.office365.com/.default",
            },
            Assert.Single(_endpoint.Asked).ToDictionary());
        var sent = Assert.Single(_server.Commands, line => line.StartsWith("AUTH", StringComparison.Ordinal));
        Assert.StartsWith(command, sent, StringComparison.Ordinal);
        Assert.Equal(said, Encoding.UTF8.GetString(Convert.FromBase64String(sent[command.Length..])));
    }

    [Theory]
    [InlineData(3600, 54, 1)]
    [InlineData(3600, 56, 2)]
    [InlineData("3600", 54, 1)]
    [InlineData(null, 4, 1)]
    [InlineData(null, 6, 2)]
    [InlineData(60, 1, 2)]
    [InlineData("soon", 6, 2)]
    [InlineData(-5, 6, 2)]
    public async Task A_token_is_kept_until_shortly_before_it_ends(object? expiresIn, int minutes, int asked)
    {
        _server.Extensions.Add("AUTH XOAUTH2");
        _endpoint.ExpiresIn = expiresIn;
        using var tokens = new OAuthTokens(_oauth, _time);

        await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => tokens.GetAsync(TestContext.Current.CancellationToken)));
        Assert.Single(_endpoint.Asked);
        _time.Advance(TimeSpan.FromMinutes(minutes));
        await tokens.GetAsync(TestContext.Current.CancellationToken);

        Assert.Equal(asked, _endpoint.Asked.Count);
    }

    [Fact]
    public async Task A_token_that_the_mail_server_refuses_is_not_kept()
    {
        _server.Extensions.Add("AUTH XOAUTH2");
        (_server.Answers["AUTH"], _server.Answers[""]) = ($"334 {Convert.ToBase64String("{\"status\":\"401\"}"u8)}", "535 5.7.3 no");
        await using var transport = Transport();
        var fault = await Assert.ThrowsAsync<AuthenticationException>(() => SendAsync(transport));
        Assert.Equal("the mail server refused the sign-in", MailFault.Of(fault).Cause);

        _server.Answers.Clear();
        await SendAsync(transport);

        Assert.Equal(2, _endpoint.Asked.Count);
        Assert.Single(_server.Mails);
    }

    [Fact]
    public async Task An_endpoint_that_refuses_is_told_by_its_code_and_nothing_secret_is()
    {
        _server.Extensions.Add("AUTH XOAUTH2");
        _oauth.ClientSecret = "wrong-secret";

        var fault = await Assert.ThrowsAsync<OAuthRefusedException>(() => SendAsync());

        Assert.Equal("no access token for the mail server (invalid_client)", MailFault.Of(fault).Cause);
        Assert.False(MailFault.Of(fault).Permanent);
        Assert.DoesNotContain("wrong-secret", fault.ToString(), StringComparison.Ordinal);
        Assert.Empty(_server.Mails);
    }

    [Theory]
    [InlineData(200, "", "200")]
    [InlineData(200, "{}", "200")]
    [InlineData(200, "[]", "200")]
    [InlineData(200, "{\"access_token\":17}", "200")]
    [InlineData(400, "{\"error\":\"invalid_scope\"}", "invalid_scope")]
    [InlineData(400, "{\"error\":\"ada@example.com is unknown\"}", "400")]
    [InlineData(503, "<html>", "503")]
    [InlineData(302, "", "302")]
    public async Task Whatever_an_endpoint_says_is_a_fault_in_our_own_words(int status, string body, string code)
    {
        _server.Extensions.Add("AUTH XOAUTH2");
        _endpoint.Otherwise = response =>
        {
            response.StatusCode = status;
            response.Headers.Location = "/elsewhere";
            return response.WriteAsync(body);
        };

        var fault = await Assert.ThrowsAsync<OAuthRefusedException>(() => SendAsync());

        Assert.Equal($"no access token for the mail server ({code})", MailFault.Of(fault).Cause);
    }

    [Fact]
    public async Task An_endpoint_that_is_not_there_is_not_taken_for_the_mail_server()
    {
        _server.Extensions.Add("AUTH XOAUTH2");
        await _endpoint.DisposeAsync();

        var fault = await Assert.ThrowsAsync<OAuthRefusedException>(() => SendAsync());

        Assert.Equal("no access token for the mail server (the token endpoint can't be reached)", MailFault.Of(fault).Cause);
    }

    [Fact]
    public async Task The_mailbox_of_bounces_is_opened_with_a_token_too()
    {
        using var server = new TcpListener(IPAddress.Loopback, 0);
        server.Start();
        var port = ((IPEndPoint)server.LocalEndpoint).Port;
        var settings = new MailSettings
        {
            Bounces = new()
            {
                Address = "bounces@example.com",
                Imap = new()
                {
                    Host = "127.0.0.1",
                    Port = port,
                    Security = SmtpSecurity.None,
                    User = "bounces@example.com",
                    OAuth = _oauth,
                },
            },
        };
        using var mailbox = new BounceMailbox(Options.Create(settings), TimeProvider.System);

        var reading = mailbox.ReadAsync(_ => false, _ => Task.FromResult(false), TestContext.Current.CancellationToken);
        using var client = await server.AcceptTcpClientAsync(TestContext.Current.CancellationToken);
        using var reader = new StreamReader(client.GetStream());
        await using var writer = new StreamWriter(client.GetStream()) { NewLine = "\r\n", AutoFlush = true };
        await writer.WriteLineAsync("* OK [CAPABILITY IMAP4rev1 SASL-IR AUTH=XOAUTH2] ready");
        var command = (await reader.ReadLineAsync(TestContext.Current.CancellationToken))!.Split(' ');
        client.Close();

        await Assert.ThrowsAnyAsync<Exception>(() => reading);
        Assert.Equal(("AUTHENTICATE", "XOAUTH2"), (command[1], command[2]));
        Assert.Equal(
            "user=bounces@example.com\u0001auth=Bearer token-1\u0001\u0001",
            Encoding.UTF8.GetString(Convert.FromBase64String(command[3])));
    }

    [Theory]
    [InlineData("AUTH LOGIN PLAIN", "It offers LOGIN, PLAIN: ")]
    [InlineData("AUTH GSSAPI", "It offers GSSAPI: ")]
    [InlineData("AUTH X-<script>", "Take Mail:Smtp:User away")]
    [InlineData("SIZE", "Take Mail:Smtp:User away")]
    public async Task A_server_that_takes_no_tokens_is_told_with_what_it_takes(string offered, string advice)
    {
        _server.Extensions.Add(offered);

        var fault = await Assert.ThrowsAsync<NoMechanismException>(() => SendAsync());

        Assert.StartsWith(advice, MailFault.Of(fault).Advice, StringComparison.Ordinal);
        Assert.Empty(_endpoint.Asked);
    }

    [Fact]
    public async Task A_server_that_takes_no_passwords_is_told_with_what_it_takes()
    {
        _server.Extensions.Add("AUTH XOAUTH2 GSSAPI");
        var settings = new SmtpSettings
        {
            Host = "127.0.0.1",
            Port = _server.Port,
            Security = SmtpSecurity.None,
            User = "mails@example.com",
            Password = "secret",
        };

        var fault = await Assert.ThrowsAsync<NoMechanismException>(async () => await SendAsync(Transport(settings)));

        Assert.StartsWith(
            "It offers GSSAPI, XOAUTH2: Mail:Smtp:User and Mail:Smtp:Password, or Mail:Smtp:OAuth",
            MailFault.Of(fault).Advice,
            StringComparison.Ordinal);
    }

    public async ValueTask DisposeAsync()
    {
        await _endpoint.DisposeAsync();
        await _server.DisposeAsync();
    }

    private SmtpTransport Transport(SmtpSettings? settings = null) =>
        new(
            Options.Create(
                new MailSettings
                {
                    Smtp =
                        settings
                        ?? new()
                        {
                            Host = "127.0.0.1",
                            Port = _server.Port,
                            Security = SmtpSecurity.None,
                            User = "mails@example.com",
                            OAuth = _oauth,
                        },
                }),
            new MailSite("accounts.example.com"),
            TimeProvider.System,
            NullLogger<SmtpTransport>.Instance);

    private async Task SendAsync()
    {
        await using var transport = Transport();
        await SendAsync(transport);
    }

    private static async Task SendAsync(SmtpTransport transport)
    {
        using var message = await MailSamples.ComposeAsync(MailSamples.Content());
        await transport.SendAsync(message, TestContext.Current.CancellationToken);
    }
}
