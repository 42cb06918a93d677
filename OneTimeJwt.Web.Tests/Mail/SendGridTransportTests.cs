using AngleSharp.Html.Parser;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;
using OneTimeJwt.Web.Mail;
using OneTimeJwt.Web.Tests.Admin;

namespace OneTimeJwt.Web.Tests.Mail;

public sealed class SendGridTransportTests : IAsyncLifetime
{
    private SendGridDouble _server = null!;

    public async ValueTask InitializeAsync() => _server = await SendGridDouble.StartAsync();

    [Fact]
    public async Task A_mail_has_one_sender_one_recipient_and_the_headers_that_may_be_set()
    {
        await SendAsync();

        var mail = Assert.Single(_server.Mails);
        Assert.Equal("""{"name":"Accounts","email":"no-reply@example.com"}""", mail.GetProperty("from").GetRawText());
        Assert.Equal("""[{"to":[{"email":"ada@example.com"}]}]""", mail.GetProperty("personalizations").GetRawText());
        Assert.Equal("Choose a new password (accounts.example.com)", mail.GetProperty("subject").GetString());
        Assert.Equal("auto-generated", mail.GetProperty("headers").GetProperty("Auto-Submitted").GetString());
        Assert.Equal("OOF, AutoReply", mail.GetProperty("headers").GetProperty("X-Auto-Response-Suppress").GetString());
        Assert.Matches("^[0-9a-f]{32}$", mail.GetProperty("headers").GetProperty("X-Entity-Ref-ID").GetString());
        Assert.Matches("^<[0-9a-f]{32}@example.com>$", mail.GetProperty("headers").GetProperty("Message-ID").GetString());
        Assert.Equal(["account-recovery"], mail.GetProperty("categories").EnumerateArray().Select(category => category.GetString()));
    }

    [Theory]
    [InlineData("ada@xn--bcher-kva.example")]
    [InlineData("用户@example.com")]
    [InlineData("taro..y@docomo.example")]
    [InlineData("taro.@docomo.example")]
    public async Task An_address_is_sent_as_it_is_stored(string address)
    {
        await SendAsync(to: address);

        Assert.Equal(
            address,
            Assert.Single(_server.Mails).GetProperty("personalizations")[0].GetProperty("to")[0].GetProperty("email").GetString());
    }

    [Fact]
    public async Task Both_parts_carry_the_same_single_link_alone_on_its_line_in_the_text()
    {
        await SendAsync();

        var parts = Assert
            .Single(_server.Mails)
            .GetProperty("content")
            .EnumerateArray()
            .Select(part => part.GetProperty("value").GetString()!)
            .ToList();
        Assert.Single(parts[0].ReplaceLineEndings("\n").Split('\n'), line => line == MailSamples.Link);
        Assert.Equal(1, parts[0].Split("http").Length - 1);
        using var html = await new HtmlParser().ParseDocumentAsync(parts[1]);
        Assert.Equal([MailSamples.Link, MailSamples.Link], html.QuerySelectorAll("[href]").Select(link => link.GetAttribute("href")));
    }

    [Fact]
    public async Task Nothing_is_tracked()
    {
        await SendAsync();

        var tracking = Assert.Single(_server.Mails).GetProperty("tracking_settings");
        foreach (var kind in new[] { "click_tracking", "open_tracking", "subscription_tracking", "ganalytics" })
            Assert.False(tracking.GetProperty(kind).GetProperty("enable").GetBoolean(), kind);
        Assert.False(tracking.GetProperty("click_tracking").GetProperty("enable_text").GetBoolean());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task The_sandbox_is_a_switch(bool on)
    {
        await SendAsync(sandbox: on);

        Assert.Equal(
            on,
            Assert.Single(_server.Mails).GetProperty("mail_settings").GetProperty("sandbox_mode").GetProperty("enable").GetBoolean());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Who_unsubscribed_from_newsletters_gets_a_link_all_the_same_unless_the_settings_say_otherwise(bool on)
    {
        await SendAsync(bypass: on);

        var settings = Assert.Single(_server.Mails).GetProperty("mail_settings");
        Assert.Equal(on, settings.GetProperty("bypass_unsubscribe_management").GetProperty("enable").GetBoolean());
        Assert.False(settings.TryGetProperty("bypass_list_management", out _));
        Assert.True(new SendGridSettings().BypassUnsubscribes);
    }

    [Fact]
    public async Task A_mail_carries_its_name_so_that_reports_find_it()
    {
        await SendAsync();

        var mail = Assert.Single(_server.Mails);
        Assert.Equal(
            $"<{mail.GetProperty("custom_args").GetProperty("mail_id").GetString()}@example.com>",
            mail.GetProperty("headers").GetProperty("Message-ID").GetString());
    }

    [Fact]
    public async Task A_wrong_key_is_a_fault_that_does_not_tell_it()
    {
        const string Wrong = "SG.wrong";

        var fault = await Assert.ThrowsAsync<HttpRequestException>(() => SendAsync(key: Wrong));

        Assert.Equal("SendGrid refused it with 401", MailFault.Of(fault).Cause);
        Assert.DoesNotContain(Wrong, fault.ToString(), StringComparison.Ordinal);
        Assert.Empty(_server.Mails);
    }

    [Fact]
    public async Task The_wait_that_SendGrid_asks_for_is_kept_in_mind()
    {
        _server.Otherwise = response =>
        {
            response.StatusCode = StatusCodes.Status429TooManyRequests;
            response.Headers.RetryAfter = "17";
            return Task.CompletedTask;
        };

        var fault = MailFault.Of(await Assert.ThrowsAsync<HttpRequestException>(() => SendAsync()));

        Assert.Equal(("SendGrid refused it with 429", false, TimeSpan.FromSeconds(17)), (fault.Cause, fault.Permanent, fault.Wait));
    }

    [Fact]
    public async Task The_key_follows_no_redirect()
    {
        await using var elsewhere = await SendGridDouble.StartAsync();
        _server.Otherwise = response =>
        {
            response.StatusCode = StatusCodes.Status307TemporaryRedirect;
            response.Headers.Location = $"{elsewhere.Address}/v3/mail/send";
            return Task.CompletedTask;
        };

        var fault = await Assert.ThrowsAsync<HttpRequestException>(() => SendAsync());

        Assert.Equal(HttpStatusCode.TemporaryRedirect, fault.StatusCode);
        Assert.Equal(0, elsewhere.Requests);
    }

    [Fact]
    public async Task What_SendGrid_says_of_a_refused_mail_is_not_repeated()
    {
        _server.Otherwise = response =>
        {
            response.StatusCode = StatusCodes.Status400BadRequest;
            return response.WriteAsync($$"""{"errors":[{"message":"bad: {{MailSamples.Link}}"}]}""");
        };

        var fault = await Assert.ThrowsAsync<HttpRequestException>(() => SendAsync());

        Assert.True(MailFault.Of(fault).Permanent);
        Assert.DoesNotContain("token", fault.ToString(), StringComparison.Ordinal);
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    private async Task SendAsync(string key = SendGridDouble.Key, bool sandbox = false, bool bypass = true, string to = "ada@example.com")
    {
        var settings = new MailSettings
        {
            SendGrid = new()
            {
                ApiKey = key,
                BaseUrl = _server.Address,
                Sandbox = sandbox,
                BypassUnsubscribes = bypass,
            },
        };
        using var transport = new SendGridTransport(Options.Create(settings), TimeProvider.System);
        using var message = await MailSamples.ComposeAsync(MailSamples.Content(), to);
        await transport.SendAsync(message, TestContext.Current.CancellationToken);
    }
}
