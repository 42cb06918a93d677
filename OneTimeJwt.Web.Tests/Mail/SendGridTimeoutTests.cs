using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using OneTimeJwt.Web.Mail;
using OneTimeJwt.Web.Tests.Admin;

namespace OneTimeJwt.Web.Tests.Mail;

/// <summary>An API that is slow, or falls over, with a whole mail in its hands.</summary>
public sealed class SendGridTimeoutTests : IAsyncLifetime
{
    private readonly FakeTimeProvider _time = new();
    private readonly TaskCompletionSource _reached = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _mayGoOn = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private SendGridDouble _server = null!;

    public async ValueTask InitializeAsync() => _server = await SendGridDouble.StartAsync();

    [Fact]
    public async Task An_answer_may_take_nearly_five_minutes_and_the_mail_is_sent_once()
    {
        _server.Otherwise = WaitAsync;
        var sending = SendAsync();
        await _reached.Task;
        _time.Advance(TimeSpan.FromSeconds(299));
        _mayGoOn.SetResult();

        await sending;

        Assert.Equal(1, _server.Requests);
    }

    [Fact]
    public async Task Without_an_answer_the_mail_may_have_arrived()
    {
        _server.Otherwise = WaitAsync;
        var sending = SendAsync();
        await _reached.Task;
        _time.Advance(TimeSpan.FromSeconds(301));

        await Assert.ThrowsAsync<MailUnansweredException>(() => sending);
    }

    [Fact]
    public async Task An_answer_that_breaks_off_is_none()
    {
        _server.Otherwise = async response =>
        {
            await response.HttpContext.Request.Body.CopyToAsync(Stream.Null);
            response.HttpContext.Abort();
        };

        await Assert.ThrowsAsync<MailUnansweredException>(SendAsync);
    }

    [Fact]
    public async Task An_answer_whose_body_stalls_is_one_all_the_same()
    {
        _server.Otherwise = async response =>
        {
            await response.HttpContext.Request.Body.CopyToAsync(Stream.Null);
            (response.StatusCode, response.ContentLength) = (StatusCodes.Status202Accepted, 100);
            await response.StartAsync();
            await response.Body.FlushAsync();
            await _mayGoOn.Task;
        };

        await SendAsync();

        Assert.Equal(1, _server.Requests);
    }

    [Theory]
    [InlineData(504, true)]
    [InlineData(500, false)]
    [InlineData(502, false)]
    [InlineData(503, false)]
    [InlineData(429, false)]
    [InlineData(400, false)]
    public async Task A_gateway_that_got_no_answer_says_nothing_of_the_mail(int status, bool unanswered)
    {
        _server.Otherwise = response =>
        {
            response.StatusCode = status;
            return Task.CompletedTask;
        };

        var fault = await Assert.ThrowsAnyAsync<Exception>(SendAsync);

        Assert.Equal(unanswered, fault is MailUnansweredException);
        Assert.Equal(unanswered ? null : (HttpStatusCode)status, (fault as HttpRequestException)?.StatusCode);
    }

    [Fact]
    public async Task Where_nobody_listens_nothing_was_handed_over()
    {
        var nobody = await SendGridDouble.StartAsync();
        var address = nobody.Address;
        await nobody.DisposeAsync();

        await Assert.ThrowsAsync<HttpRequestException>(() => SendAsync(address));
    }

    public ValueTask DisposeAsync()
    {
        _mayGoOn.TrySetResult();
        return _server.DisposeAsync();
    }

    private async Task WaitAsync(HttpResponse response)
    {
        await response.HttpContext.Request.Body.CopyToAsync(Stream.Null);
        _reached.TrySetResult();
        await _mayGoOn.Task;
        response.StatusCode = StatusCodes.Status202Accepted;
    }

    private Task SendAsync() => SendAsync(_server.Address);

    private async Task SendAsync(string address)
    {
        var settings = new MailSettings { SendGrid = new() { ApiKey = SendGridDouble.Key, BaseUrl = address } };
        using var message = await MailSamples.ComposeAsync(MailSamples.Content());
        using var transport = new SendGridTransport(Options.Create(settings), _time);
        await transport.SendAsync(message, TestContext.Current.CancellationToken);
    }
}
