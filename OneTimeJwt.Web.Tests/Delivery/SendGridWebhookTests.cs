using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using OneTimeJwt.Web.Delivery;
using OneTimeJwt.Web.Mail;
using OneTimeJwt.Web.Outbox;
using OneTimeJwt.Web.Tests.Admin;
using OneTimeJwt.Web.Tests.Mail;

namespace OneTimeJwt.Web.Tests.Delivery;

public sealed class SendGridWebhookTests : IAsyncLifetime
{
    private const int Permits = 20;

    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private SendGridDouble _sendGrid = null!;
    private TestApp _app = null!;

    public async ValueTask InitializeAsync()
    {
        _sendGrid = await SendGridDouble.StartAsync();
        _app = await TestApp.StartAsync(new()
        {
            ["Mail:Transport"] = "SendGrid",
            ["Mail:SendGrid:ApiKey"] = SendGridDouble.Key,
            ["Mail:SendGrid:BaseUrl"] = _sendGrid.Address,
            ["Mail:SendGrid:WebhookKey"] = Convert.ToBase64String(_key.ExportSubjectPublicKeyInfo()),
            ["RateLimits:PerClient:Permits"] = $"{Permits}",
        });
    }

    [Fact]
    public async Task What_became_of_a_mail_that_SendGrid_took_stands_in_the_trail_beside_it()
    {
        var account = await _app.AddAccountAsync();
        using (var visitor = _app.Open())
            await visitor.AskAsync(account.Email!);
        var mail = Assert.Single(await Eventually.Async(() => Task.FromResult(_sendGrid.Mails), mails => mails.Count > 0));
        var trail = await Eventually.Async(
            () => _app.TrailAsync(account.Id),
            lines => lines.Any(line => line.Kind == RecoveryEventKind.Mailed));
        var mailed = trail.Single(line => line.Kind == RecoveryEventKind.Mailed);

        Assert.Equal(
            HttpStatusCode.OK,
            await PostAsync(Event(mail.GetProperty("custom_args").GetProperty("mail_id").GetString()!, "delivered")));

        var report = Assert.Single(await ReportsAsync(account.Id));
        Assert.Equal((RecoveryEventKind.MailDelivered, null), (report.Kind, report.Detail));
        Assert.Equal(
            (mailed.MailId, mailed.AccountId, mailed.Nonce, mailed.CampaignId),
            (report.MailId, report.AccountId, report.Nonce, report.CampaignId));
    }

    [Theory]
    [InlineData(
        """{"event":"bounce","type":"bounce","status":"5.1.1","reason":"550 5.1.1 <ada@example.com>: unknown"}""",
        RecoveryEventKind.MailBounced,
        "no such mailbox")]
    [InlineData(
        """{"event":"bounce","type":"blocked","status":"","reason":"550 go away","bounce_classification":"Reputation"}""",
        RecoveryEventKind.MailBounced,
        "refused by policy or as spam")]
    [InlineData("""{"event":"bounce","reason":"500 unknown"}""", RecoveryEventKind.MailBounced, "no cause given")]
    [InlineData(
        """{"event":"dropped","reason":"Bounced Address","status":"5.0.0"}""",
        RecoveryEventKind.MailDropped,
        "on SendGrid's list of addresses that bounced")]
    [InlineData(
        """{"event":"dropped","reason":"Unsubscribed Address"}""",
        RecoveryEventKind.MailDropped,
        "on SendGrid's list of who unsubscribed")]
    [InlineData(
        """{"event":"dropped","reason":"Spam Reporting Address"}""",
        RecoveryEventKind.MailDropped,
        "on SendGrid's list of who reported spam")]
    [InlineData("""{"event":"dropped","reason":"<script>ada@example.com"}""", RecoveryEventKind.MailDropped, "no cause given")]
    [InlineData(
        """{"event":"deferred","response":"452 4.2.2 over quota: ada@example.com","attempt":"5"}""",
        RecoveryEventKind.MailDeferred,
        "mailbox full")]
    [InlineData("""{"event":"deferred"}""", RecoveryEventKind.MailDeferred, "no cause given")]
    public async Task Each_kind_of_report_says_why_in_our_words(string told, RecoveryEventKind kind, string cause)
    {
        var mail = await MailAsync();

        Assert.Equal(HttpStatusCode.OK, await PostAsync($"[{told.TrimEnd('}')},\"mail_id\":\"{mail:N}\"}}]"));

        Assert.Equal((kind, cause), Assert.Single((await ReportsAsync()).Select(line => (line.Kind, line.Detail!))));
    }

    [Fact]
    public async Task What_people_do_with_a_mail_is_nobodys_business()
    {
        var mail = (await MailAsync()).ToString("N");
        var events = new[]
        {
            "processed",
            "open",
            "click",
            "spamreport",
            "unsubscribe",
            "group_unsubscribe",
            "group_resubscribe",
            "DELIVERED",
            "",
        };

        Assert.Equal(HttpStatusCode.OK, await PostAsync(Batch(events.Select(kind => (mail, kind)))));

        Assert.Empty(await ReportsAsync());
    }

    [Fact]
    public async Task A_report_is_recorded_once_however_often_it_comes()
    {
        var mail = (await MailAsync()).ToString("N");
        var (body, at) = (Batch([(mail, "bounce"), (mail, "bounce"), (mail, "deferred")]), _app.Clock.GetUtcNow());

        for (var i = 0; i < 3; i++)
            Assert.Equal(HttpStatusCode.OK, await PostAsync(body, at));
        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => PostAsync(body, at)));
        await PostAsync(Batch(Enumerable.Range(0, 50).Select(_ => (mail, "deferred"))));

        Assert.Equal(
            [RecoveryEventKind.MailBounced, RecoveryEventKind.MailDeferred],
            (await ReportsAsync()).Select(line => line.Kind).Order().Reverse());
    }

    [Fact]
    public async Task A_thousand_events_at_a_time_are_recorded_each_and_those_of_foreign_mails_are_not()
    {
        var mails = await Task.WhenAll(Enumerable.Range(0, 1_000).Select(_ => MailAsync()));
        var foreign = Enumerable.Range(0, 100).Select(_ => Guid.NewGuid());

        Assert.Equal(HttpStatusCode.OK, await PostAsync(Batch(mails.Concat(foreign).Select(mail => (mail.ToString("N"), "delivered")))));

        Assert.Equal(mails.Order(), (await ReportsAsync()).Select(line => line.MailId!.Value).Order());
    }

    [Fact]
    public async Task A_post_that_SendGrid_did_not_sign_is_refused_without_a_word_and_counts()
    {
        var body = Event((await MailAsync()).ToString("N"), "bounce");
        using var stranger = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var (now, signed) = (Timestamp(_app.Clock.GetUtcNow()), Sign(body, Timestamp(_app.Clock.GetUtcNow()), _key));
        (string? Signature, string? Timestamp, string Body)[] wrong =
        [
            (null, null, body),
            (null, now, body),
            (signed, null, body),
            ("", now, body),
            (signed, "", body),
            (signed, now, body + " "),
            (signed, now + "0", body),
            (Sign(body, now, stranger), now, body),
            ("!", now, body),
            (new string('A', 10_000), now, body),
            (signed, "-1", body),
            (signed, "99999999999999999999", body),
            (signed, "99999999999", body),
            (Convert.ToBase64String(_key.SignData(Encoding.UTF8.GetBytes(now + body), HashAlgorithmName.SHA256)), now, body),
            (Sign(body, Timestamp(_app.Clock.GetUtcNow().AddHours(-26)), _key), Timestamp(_app.Clock.GetUtcNow().AddHours(-26)), body),
            (Sign(body, Timestamp(_app.Clock.GetUtcNow().AddMinutes(11)), _key), Timestamp(_app.Clock.GetUtcNow().AddMinutes(11)), body),
        ];
        foreach (var (signature, timestamp, sent) in wrong)
            Assert.Equal((HttpStatusCode.Forbidden, ""), await PostAsync(sent, signature, timestamp));
        for (var i = wrong.Length; i < Permits; i++)
            await PostAsync(body, null, null);

        Assert.Equal((HttpStatusCode.TooManyRequests, ""), await PostAsync(body, null, null));
        Assert.Empty(await ReportsAsync());
        Assert.Equal(HttpStatusCode.OK, await PostAsync(body));
        Assert.Single(await ReportsAsync());
    }

    [Fact]
    public async Task A_batch_that_SendGrid_repeats_for_a_day_is_taken_and_no_limit_keeps_it_away()
    {
        var mail = await MailAsync();
        for (var i = 0; i < 2 * Permits; i++)
            Assert.Equal(HttpStatusCode.OK, await PostAsync(Event(mail.ToString("N"), "delivered"), _app.Clock.GetUtcNow().AddHours(-24)));

        Assert.Single(await ReportsAsync());
    }

    [Theory]
    [InlineData("", HttpStatusCode.BadRequest)]
    [InlineData("{", HttpStatusCode.BadRequest)]
    [InlineData("{}", HttpStatusCode.BadRequest)]
    [InlineData("null", HttpStatusCode.BadRequest)]
    [InlineData("[] []", HttpStatusCode.BadRequest)]
    [InlineData("\u0000\u00ff", HttpStatusCode.BadRequest)]
    [InlineData("[]", HttpStatusCode.OK)]
    [InlineData("""[null, 1, "delivered", [], {}, {"event": 1}, {"event": "delivered"}]""", HttpStatusCode.OK)]
    [InlineData(
        """[{"event":"delivered","mail_id":1},{"event":"delivered","mail_id":null}"""
            + """,{"event":"delivered","mail_id":"x"},{"event":"delivered","mail_id":["a"]}]""",
        HttpStatusCode.OK)]
    [InlineData(
        """[{"event":{},"mail_id":"{0}"},{"event":"bounce","mail_id":"\ud800"},{"event":"\ud800","mail_id":"{0}"}]""",
        HttpStatusCode.OK)]
    [InlineData(
        """[{"event":"bounce","mail_id":"{0}","status":5,"reason":{"a":[]},"bounce_classification":"\udfff"}]""",
        HttpStatusCode.OK)]
    public async Task No_signed_body_is_too_odd_for_a_clear_answer(string body, HttpStatusCode status)
    {
        var mail = await MailAsync();

        Assert.Equal(status, await PostAsync(body.Replace("{0}", mail.ToString("N"), StringComparison.Ordinal)));

        Assert.DoesNotContain("Unhandled", _app.Log.All, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nesting_without_end_and_a_body_without_end_are_refused()
    {
        Assert.Equal(HttpStatusCode.BadRequest, await PostAsync(new string('[', 100_000)));
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, await PostAsync($"[{new string(' ', SendGridWebhook.MaxBytes)}]"));
    }

    [Theory]
    [InlineData("GET", HttpStatusCode.NotFound)]
    [InlineData("HEAD", HttpStatusCode.NotFound)]
    [InlineData("PUT", HttpStatusCode.MethodNotAllowed)]
    public async Task Only_posts_are_taken(string method, HttpStatusCode status)
    {
        using var visitor = _app.Open();

        Assert.Equal(status, (await visitor.GetAsync(SendGridWebhook.Path, new HttpMethod(method))).Status);
    }

    [Fact]
    public async Task Without_a_key_nothing_is_taken_there()
    {
        await using var app = await TestApp.StartAsync();
        using var visitor = app.Open();

        Assert.Equal(HttpStatusCode.MethodNotAllowed, (await visitor.PostAsync(SendGridWebhook.Path)).Status);
    }

    [Fact]
    public async Task What_a_report_quotes_reaches_neither_the_trail_nor_the_log()
    {
        const string Quoted = "grace-quoted@example.net";
        var mail = (await MailAsync()).ToString("N");

        await PostAsync(
            $$"""[{"email":"{{Quoted}}","event":"bounce","mail_id":"{{mail}}","reason":"550 5.1.1 {{Quoted}}","status":"5.1.1"}]""");

        Assert.Single(await ReportsAsync());
        Assert.DoesNotContain(Quoted, JsonSerializer.Serialize(await _app.TrailAsync()), StringComparison.Ordinal);
        Assert.DoesNotContain(Quoted, _app.Log.All, StringComparison.Ordinal);
    }

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        await _sendGrid.DisposeAsync();
        _key.Dispose();
    }

    private static string Event(string mail, string kind) => Batch([(mail, kind)]);

    private static string Batch(IEnumerable<(string Mail, string Kind)> events) =>
        JsonSerializer.Serialize(
            events.Select(
                (one, i) =>
                    new Dictionary<string, object>
                    {
                        ["email"] = "ada@example.com",
                        ["timestamp"] = 1_783_000_000,
                        ["event"] = one.Kind,
                        ["mail_id"] = one.Mail,
                        ["sg_event_id"] = $"event-{i}",
                        ["sg_message_id"] = "message.filter0001",
                        ["response"] = "450 4.2.2 full",
                        ["status"] = "5.1.1",
                    }));

    private static string Timestamp(DateTimeOffset at) => $"{at.ToUnixTimeSeconds()}";

    private static string Sign(string body, string timestamp, ECDsa key) =>
        Convert.ToBase64String(
            key.SignData(Encoding.UTF8.GetBytes(timestamp + body), HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence));

    private async Task<Guid> MailAsync()
    {
        var mail = Guid.CreateVersion7();
        await _app
            .Services.GetRequiredService<GroupCommitWriter>()
            .AppendAsync(
                new RecoveryEvent
                {
                    At = _app.Clock.GetUtcNow(),
                    Kind = RecoveryEventKind.Mailed,
                    AccountId = "somebody",
                    MailId = mail,
                });
        return mail;
    }

    private async Task<List<RecoveryEvent>> ReportsAsync(string? account = null) =>
        [.. (await _app.TrailAsync(account)).Where(line => RecoveryEvent.Reports.Contains(line.Kind))];

    private async Task<HttpStatusCode> PostAsync(string body, DateTimeOffset? at = null)
    {
        var timestamp = Timestamp(at ?? _app.Clock.GetUtcNow());
        return (await PostAsync(body, Sign(body, timestamp, _key), timestamp)).Status;
    }

    private async Task<(HttpStatusCode Status, string Body)> PostAsync(string body, string? signature, string? timestamp)
    {
        using var visitor = _app.Open();
        using var request = new HttpRequestMessage(HttpMethod.Post, SendGridWebhook.Path)
        {
            Content = new StringContent(body, Encoding.UTF8, "application/json"),
        };
        if (signature is not null)
            request.Headers.TryAddWithoutValidation(SendGridSignature.SignatureHeader, signature);
        if (timestamp is not null)
            request.Headers.TryAddWithoutValidation(SendGridSignature.TimestampHeader, timestamp);
        var answer = await visitor.SendAsync(request);
        return (answer.Status, answer.Body);
    }
}
