using MailKit.Net.Smtp;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using OneTimeJwt.Web.Mail;
using OneTimeJwt.Web.Tests.Admin;

namespace OneTimeJwt.Web.Tests.Mail;

/// <summary>How long a mail server may take, and what is concluded where it says nothing (RFC 5321, section 4.5.3.2).</summary>
public sealed class SmtpTimeoutTests : IAsyncDisposable
{
    private readonly SmtpDouble _server = new();
    private readonly FakeTimeProvider _time = new();
    private readonly TaskCompletionSource _reached = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _mayGoOn = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly SmtpTransport _transport;

    public SmtpTimeoutTests()
    {
        var settings = new MailSettings
        {
            Smtp = new()
            {
                Host = "127.0.0.1",
                Port = _server.Port,
                Security = SmtpSecurity.None,
                Connections = 1,
            },
        };
        _transport = new SmtpTransport(
            Options.Create(settings),
            new MailSite("accounts.example.com"),
            _time,
            NullLogger<SmtpTransport>.Instance);
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_greeting_may_take_nearly_five_minutes()
    {
        _server.Greet = async _ =>
        {
            await WaitAsync();
            return "220 double ESMTP";
        };
        var sending = SendAsync();
        await _reached.Task;
        _time.Advance(TimeSpan.FromSeconds(299));
        _mayGoOn.SetResult();

        await sending;

        Assert.Single(_server.Mails);
    }

    [Fact]
    public async Task Without_a_greeting_nothing_was_handed_over()
    {
        _server.Greet = async _ =>
        {
            await WaitAsync();
            return null;
        };

        var fault = await PassUntilAsync<TimeoutException>(SendAsync(), TimeSpan.FromMinutes(5));

        Assert.Equal("the mail server didn't answer in time", MailFault.Of(fault).Cause);
    }

    [Fact]
    public async Task A_receipt_may_take_nearly_ten_minutes_and_the_mail_is_sent_once()
    {
        _server.Ponder = _ => WaitAsync();
        var sending = SendAsync();
        await _reached.Task;
        _time.Advance(TimeSpan.FromSeconds(599));
        Assert.False(sending.IsCompleted);
        _mayGoOn.SetResult();

        await sending;

        Assert.Single(_server.Mails);
        Assert.Single(_server.Commands, command => command == "DATA");
    }

    [Fact]
    public async Task A_mail_without_a_receipt_may_have_arrived()
    {
        _server.Ponder = _ => WaitAsync();
        var sending = SendAsync();
        await _reached.Task;
        _time.Advance(TimeSpan.FromSeconds(601));

        var fault = await Assert.ThrowsAsync<MailUnansweredException>(() => sending);

        Assert.Equal("handed over, but no answer came: it may have arrived", MailFault.Of(fault).Cause);
        Assert.False(MailFault.Of(fault).Permanent);
    }

    [Fact]
    public async Task Whoever_stops_waiting_for_a_receipt_knows_that_it_may_have_arrived()
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        _server.Ponder = _ => WaitAsync();
        var sending = SendAsync(stop.Token);
        await _reached.Task;
        await stop.CancelAsync();

        await Assert.ThrowsAsync<MailUnansweredException>(() => sending);
    }

    [Theory]
    [InlineData("")]
    [InlineData("this is no answer")]
    [InlineData("999999 nor is this")]
    public async Task A_receipt_that_is_none_says_nothing(string receipt)
    {
        if (receipt.Length == 0)
            _server.Ponder = _ => throw new IOException("The server hangs up with the whole mail in its hands.");
        else
            _server.Answers["."] = receipt;

        await Assert.ThrowsAsync<MailUnansweredException>(() => SendAsync());
    }

    [Theory]
    [InlineData(".", "451 out of disk")]
    [InlineData(".", "421 closing")]
    [InlineData(".", "554 refused")]
    [InlineData("DATA", "421 closing")]
    [InlineData("RCPT", "421 closing")]
    [InlineData("MAIL", "421 closing")]
    public async Task A_mail_that_was_turned_away_did_not_arrive(string command, string answer)
    {
        _server.Answers[command] = answer;

        await Assert.ThrowsAsync<SmtpCommandException>(() => SendAsync());
    }

    [Fact]
    public async Task A_slow_receipt_holds_up_no_other_mail()
    {
        var mails = 0;
        _server.Ponder = _ => Interlocked.Increment(ref mails) == 1 ? WaitAsync() : Task.CompletedTask;
        var slow = SendAsync();
        await _reached.Task;
        var next = SendAsync();
        _time.Advance(TimeSpan.FromSeconds(15));

        await next;

        Assert.False(slow.IsCompleted);
        Assert.Single(_server.Mails);
        _mayGoOn.SetResult();
        await slow;
        Assert.Equal(2, _server.Mails.Count);
    }

    [Fact]
    public async Task No_more_connections_wait_for_a_receipt_than_are_allowed_to_send()
    {
        using var pondering = new SemaphoreSlim(0);
        _server.Ponder = _ =>
        {
            pondering.Release();
            return _mayGoOn.Task;
        };
        var mails = Enumerable.Range(0, 4).Select(_ => SendAsync()).ToList();
        for (var i = 0; i < 2; i++)
        {
            await pondering.WaitAsync(Cancellation);
            _time.Advance(TimeSpan.FromSeconds(15));
        }

        _time.Advance(TimeSpan.FromSeconds(60));
        await Task.Delay(TimeSpan.FromMilliseconds(200), Cancellation);
        Assert.Equal(2, _server.MostAtATime);

        _mayGoOn.SetResult();
        await Task.WhenAll(mails);
        Assert.Equal(4, _server.Mails.Count);
        Assert.Equal(2, _server.MostAtATime);
    }

    public async ValueTask DisposeAsync()
    {
        _mayGoOn.TrySetResult();
        await _transport.DisposeAsync();
        await _server.DisposeAsync();
    }

    private Task WaitAsync()
    {
        _reached.TrySetResult();
        return _mayGoOn.Task;
    }

    // The clock is put forward until the attempt has begun to look at it.
    private async Task<T> PassUntilAsync<T>(Task sending, TimeSpan by)
        where T : Exception
    {
        await _reached.Task;
        await App.Eventually.Async(
            () =>
            {
                _time.Advance(by);
                return Task.FromResult(sending.IsCompleted);
            },
            isDone => isDone);
        return await Assert.ThrowsAsync<T>(() => sending);
    }

    private async Task SendAsync(CancellationToken? cancellation = null)
    {
        using var message = await MailSamples.ComposeAsync(MailSamples.Content());
        await _transport.SendAsync(message, cancellation ?? Cancellation);
    }
}
