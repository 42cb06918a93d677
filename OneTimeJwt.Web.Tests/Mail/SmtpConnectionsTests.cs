using MailKit.Net.Smtp;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using OneTimeJwt.Web.Mail;
using OneTimeJwt.Web.Tests.Admin;

namespace OneTimeJwt.Web.Tests.Mail;

/// <summary>Connections are kept; whatever servers do to them, no mail is lost or sent twice.</summary>
public sealed class SmtpConnectionsTests : IAsyncDisposable
{
    private const int Connections = 3;

    private readonly SmtpDouble _server = new();
    private readonly FakeTimeProvider _time = new();
    private readonly SmtpTransport _transport;

    public SmtpConnectionsTests()
    {
        var settings = new MailSettings
        {
            Smtp = new()
            {
                Host = "127.0.0.1",
                Port = _server.Port,
                Security = SmtpSecurity.None,
                Connections = Connections,
            },
        };
        _transport = new SmtpTransport(
            Options.Create(settings),
            new MailSite("accounts.example.com"),
            _time,
            NullLogger<SmtpTransport>.Instance);
    }

    [Fact]
    public async Task Many_mails_at_once_share_few_connections()
    {
        await Task.WhenAll(Enumerable.Range(0, 40).Select(SendAsync));

        Assert.Equal(40, Arrived().Distinct().Count());
        Assert.Equal(40, Arrived().Count);
        Assert.InRange(_server.Conversations, 1, Connections);
        Assert.InRange(_server.MostAtATime, 1, Connections);
    }

    [Fact]
    public async Task Mails_one_after_the_other_use_one_connection()
    {
        for (var i = 0; i < 5; i++)
            await SendAsync(i);

        Assert.Equal(["0", "1", "2", "3", "4"], Arrived());
        Assert.Equal(1, _server.Conversations);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("421 too many mails in this session")]
    [InlineData("451 too many mails in this session")]
    public async Task A_server_that_has_had_enough_of_a_connection_gets_another_one(string? farewell)
    {
        (_server.MailsPerConversation, _server.Farewell) = (2, farewell);

        for (var i = 0; i < 7; i++)
            await SendAsync(i);

        Assert.Equal(["0", "1", "2", "3", "4", "5", "6"], Arrived());
        Assert.Equal(4, _server.Conversations);
    }

    [Fact]
    public async Task A_mail_whose_fate_is_unknown_is_not_sent_again_unasked()
    {
        await SendAsync(0);
        _server.Ponder = _ => throw new IOException("The server fell over with the whole mail in its hands.");

        await Assert.ThrowsAnyAsync<Exception>(() => SendAsync(1));

        Assert.Equal(2, _server.Commands.Count(command => command == "DATA"));
        Assert.Equal(1, _server.Conversations);
    }

    [Fact]
    public async Task A_refused_recipient_is_told_and_costs_no_connection()
    {
        await SendAsync(0);
        _server.Answers["RCPT"] = "550 no such user";
        await Assert.ThrowsAsync<SmtpCommandException>(() => SendAsync(1));
        _server.Answers.Clear();
        await SendAsync(2);

        Assert.Equal(["0", "2"], Arrived());
        Assert.Equal(1, _server.Conversations);
    }

    [Fact]
    public async Task A_connection_that_was_idle_long_is_left_with_a_goodbye()
    {
        await SendAsync(0);
        _time.Advance(TimeSpan.FromSeconds(19));
        await SendAsync(1);
        Assert.Equal(1, _server.Conversations);

        _time.Advance(TimeSpan.FromSeconds(21));
        await SendAsync(2);

        Assert.Equal(2, _server.Conversations);
        await App.Eventually.Async(() => Task.FromResult(_server.Commands), commands => commands.Contains("QUIT"));
        Assert.Single(_server.Commands, command => command == "QUIT");
    }

    [Fact]
    public async Task Every_connection_ends_with_a_goodbye_when_the_app_stops()
    {
        await Task.WhenAll(Enumerable.Range(0, 12).Select(SendAsync));

        await _transport.DisposeAsync();

        Assert.Equal(_server.Conversations, _server.Commands.Count(command => command == "QUIT"));
    }

    public async ValueTask DisposeAsync()
    {
        await _transport.DisposeAsync();
        await _server.DisposeAsync();
    }

    private IReadOnlyList<string> Arrived() =>
        [
            .. _server.Mails.Select(mail =>
                mail.Split("\r\n").Single(line => line.StartsWith("Subject: ", StringComparison.Ordinal)).Split(' ')[1]),
        ];

    private async Task SendAsync(int number)
    {
        using var message = await MailSamples.ComposeAsync(MailSamples.Content() with { Subject = $"{number}" });
        await _transport.SendAsync(message, TestContext.Current.CancellationToken);
    }
}
