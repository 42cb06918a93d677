using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Hosting;
using OneTimeJwt.Web.Delivery;
using OneTimeJwt.Web.Outbox;
using OneTimeJwt.Web.Tests.Mail;

namespace OneTimeJwt.Web.Tests.Delivery;

/// <summary>A mail server that takes a whole mail and hangs up: it may have delivered it.</summary>
public sealed class UnansweredMailTests : IAsyncLifetime
{
    private static readonly TimeSpan CopyDelay = TimeSpan.FromMinutes(5);

    private readonly SmtpDouble _server = new();
    private TestApp _app = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _server.Receipt = _ => throw new IOException("The server hangs up with the whole mail in its hands.");
        _app = await TestApp.StartAsync(Settings());
    }

    [Fact]
    public async Task It_is_sent_once_more_and_never_again()
    {
        var account = await AskAsync(_app);
        await LinesAsync(account, RecoveryEventKind.MailUnanswered, 1);
        Assert.Equal(1, await _app.OutboxAsync());
        await PassAsync(TimeSpan.FromMinutes(4));
        Assert.Single(_server.Mails);

        await PassAsync(TimeSpan.FromMinutes(2));
        await LinesAsync(account, RecoveryEventKind.MailUnanswered, 2);
        Assert.Equal(0, await Eventually.Async(_app.OutboxAsync, count => count == 0));
        await PassAsync(TimeSpan.FromMinutes(30));
        await PassAsync(TimeSpan.FromHours(1));

        Assert.Equal(2, _server.Mails.Count);
        var trail = await _app.TrailAsync(account.Id);
        Assert.DoesNotContain(trail, line => line.Kind is RecoveryEventKind.MailFailed or RecoveryEventKind.GaveUp);
        Assert.Equal(2, trail.Where(line => line.Kind == RecoveryEventKind.Mailed).Select(line => line.Nonce).Distinct().Count());
    }

    [Fact]
    public async Task A_copy_that_is_confirmed_ends_it()
    {
        var account = await AskAsync(_app);
        await LinesAsync(account, RecoveryEventKind.MailUnanswered, 1);
        _server.Receipt = _ => Task.CompletedTask;

        await PassAsync(CopyDelay);
        await LinesAsync(account, RecoveryEventKind.Mailed, 2);

        Assert.Equal(0, await Eventually.Async(_app.OutboxAsync, count => count == 0));
        Assert.Equal(2, _server.Mails.Count);
        Assert.Single(await _app.TrailAsync(account.Id), line => line.Kind == RecoveryEventKind.MailUnanswered);
        Assert.Single(_server.Mails.Select(MessageId).Distinct());
    }

    [Fact]
    public async Task Both_count_against_the_budget()
    {
        await using var app = await TestApp.StartAsync(Settings(("RateLimits:PerAccount:Permits", "1")));
        var account = await AskAsync(app);
        await LinesAsync(app, account, RecoveryEventKind.MailUnanswered, 1);

        app.Clock.Move(CopyDelay);
        await LinesAsync(app, account, RecoveryEventKind.Suppressed, 1);

        Assert.Single(_server.Mails);
    }

    [Fact]
    public async Task Nobody_gets_a_copy_whose_first_mail_was_opened()
    {
        var account = await AskAsync(_app);
        await LinesAsync(account, RecoveryEventKind.MailUnanswered, 1);
        using var visitor = _app.Open();
        await visitor.GetAsync(Link(_server.Mails[0]));
        await LinesAsync(account, RecoveryEventKind.Opened, 1);

        await PassAsync(CopyDelay);

        Assert.Equal(0, await Eventually.Async(_app.OutboxAsync, count => count == 0));
        Assert.Single(_server.Mails);
        Assert.True((await visitor.RedeemAsync(Link(_server.Mails[0]), Passwords.New)).PasswordChanged);
    }

    [Fact]
    public async Task A_mail_whose_app_stops_while_it_waits_for_the_receipt_counts_as_handed_over()
    {
        var waits = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _server.Receipt = async token =>
        {
            waits.SetResult();
            await Task.Delay(Timeout.Infinite, token);
        };
        var account = await AskAsync(_app);
        await waits.Task.WaitAsync(TimeSpan.FromSeconds(30), Cancellation);

        await _app.Services.GetServices<IHostedService>().OfType<DeliveryWorker>().Single().StopAsync(Cancellation);
        _server.Receipt = _ => Task.CompletedTask;
        await using var next = await TestApp.StartAsync(beside: _app);

        await LinesAsync(next, account, RecoveryEventKind.MailUnanswered, 1);
        await PassAsync(TimeSpan.FromMinutes(2));
        Assert.Single(_server.Mails);
    }

    [Fact]
    [Trait("Category", "long")]
    public async Task It_is_written_down_once_the_database_is_no_longer_busy()
    {
        await using var elsewhere = new SqliteConnection($"Data Source={Path.Combine(_app.Folder, "accounts.db")}");
        await elsewhere.OpenAsync(Cancellation);
        System.Data.Common.DbTransaction? backup = null;
        _server.Receipt = async token =>
        {
            backup ??= await elsewhere.BeginTransactionAsync(token);
            throw new IOException("The server hangs up with the whole mail in its hands.");
        };
        var account = await AskAsync(_app);
        await Eventually.Async(() => Task.FromResult(_server.Mails), mails => mails.Count > 0);

        // Longer than anybody waits for a lock.
        await Task.Delay(TimeSpan.FromSeconds(12), Cancellation);
        await backup!.DisposeAsync();

        await LinesAsync(account, RecoveryEventKind.MailUnanswered, 1);
        Assert.NotNull(
            (await _app.WithAsync<AccountsContext, OutboxMail>(database => database.Outbox.SingleAsync(Cancellation))).UnansweredAt);
        await PassAsync(TimeSpan.FromMinutes(2));
        Assert.Single(_server.Mails);
    }

    [Fact]
    [Trait("Category", "long")]
    public async Task A_server_that_takes_45_seconds_gets_a_mail_once()
    {
        _server.Receipt = token => Task.Delay(TimeSpan.FromSeconds(45), token);

        var account = await AskAsync(_app);

        await LinesAsync(account, RecoveryEventKind.Mailed, 1);
        Assert.Equal(
            [RecoveryEventKind.Requested, RecoveryEventKind.Mailed],
            (await _app.TrailAsync(account.Id)).Select(line => line.Kind));
        Assert.Single(_server.Mails);
    }

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        await _server.DisposeAsync();
    }

    private Dictionary<string, string?> Settings(params (string Key, string Value)[] more)
    {
        var settings = new Dictionary<string, string?>
        {
            ["Mail:Transport"] = "Smtp",
            ["Mail:Smtp:Host"] = "127.0.0.1",
            ["Mail:Smtp:Port"] = $"{_server.Port}",
            ["Mail:Smtp:Security"] = "None",
        };
        foreach (var (key, value) in more)
            settings[key] = value;
        return settings;
    }

    private static string Link(string mail) =>
        MailFolder.Link(MimeKit.MimeMessage.Load(new MemoryStream(System.Text.Encoding.Latin1.GetBytes(mail))));

    private static string? MessageId(string mail) =>
        MimeKit.MimeMessage.Load(new MemoryStream(System.Text.Encoding.Latin1.GetBytes(mail))).MessageId;

    private static async Task<Account> AskAsync(TestApp app)
    {
        var account = await app.AddAccountAsync();
        using var visitor = app.Open();
        (await visitor.AskAsync(account.Email!)).LeadsTo("/forgot-password/sent");
        return account;
    }

    // Long enough for the worker to look twice.
    private async Task PassAsync(TimeSpan by)
    {
        _app.Clock.Move(by);
        await Task.Delay(TimeSpan.FromSeconds(2.5), Cancellation);
    }

    private Task LinesAsync(Account account, RecoveryEventKind kind, int count) => LinesAsync(_app, account, kind, count);

    private static async Task LinesAsync(TestApp app, Account account, RecoveryEventKind kind, int count)
    {
        var trail = await Eventually.Async(() => app.TrailAsync(account.Id), lines => lines.Count(line => line.Kind == kind) >= count);
        Assert.Equal(count, trail.Count(line => line.Kind == kind));
    }
}
