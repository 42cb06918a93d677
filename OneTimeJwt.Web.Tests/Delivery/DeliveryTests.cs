using Microsoft.AspNetCore.Http;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Hosting;
using MimeKit;
using OneTimeJwt.Web.Delivery;
using OneTimeJwt.Web.Outbox;
using OneTimeJwt.Web.Tests.Mail;

namespace OneTimeJwt.Web.Tests.Delivery;

/// <summary>The whole app and a mail server that does what servers do.</summary>
public sealed class DeliveryTests : IAsyncLifetime
{
    private readonly SmtpDouble _server = new();
    private TestApp _app = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _app = await TestApp.StartAsync(new()
    {
        ["Mail:Transport"] = "Smtp",
        ["Mail:Smtp:Host"] = "127.0.0.1",
        ["Mail:Smtp:Port"] = $"{_server.Port}",
        ["Mail:Smtp:Security"] = "None",
    });

    [Fact]
    public async Task A_link_out_of_a_real_conversation_works_and_the_notice_follows()
    {
        var account = await _app.AddAccountAsync();
        using var visitor = _app.Open();
        await visitor.AskAsync(account.Email!);

        var link = MailFolder.Link((await MailsAsync(1))[0]);
        Assert.True((await visitor.RedeemAsync(link, Passwords.New)).PasswordChanged);

        using var notice = (await MailsAsync(2))[1];
        Assert.Equal((account.Email, "Your password was changed"), (notice.To.Mailboxes.Single().Address, MailFolder.Subject(notice)));
        Assert.DoesNotContain(link, notice.TextBody + WebUtility.HtmlDecode(notice.HtmlBody), StringComparison.Ordinal);
        Assert.Contains("If it was not", notice.TextBody, StringComparison.Ordinal);
        Assert.Equal(0, await Eventually.Async(_app.OutboxAsync, count => count == 0));
    }

    [Theory]
    [InlineData("RCPT", "450 mailbox busy")]
    [InlineData("MAIL", "421 closing")]
    [InlineData(".", "451 out of disk")]
    public async Task A_mail_that_was_turned_away_for_now_arrives_later_and_once(string command, string answer)
    {
        _server.Answers[command] = answer;
        var account = await AskAsync();
        await TrailAsync(account, RecoveryEventKind.MailFailed);
        Assert.Empty(_server.Mails);

        _server.Answers.Clear();
        _app.Clock.Move(TimeSpan.FromMinutes(1));

        await MailsAsync(1);
        Assert.Equal(0, await Eventually.Async(_app.OutboxAsync, count => count == 0));
        Assert.Single(_server.Mails);
        Assert.Equal(
            [RecoveryEventKind.Requested, RecoveryEventKind.MailFailed, RecoveryEventKind.Mailed],
            (await _app.TrailAsync(account.Id)).Select(line => line.Kind));
    }

    [Fact]
    public async Task A_mail_that_was_refused_for_good_waits_for_somebody_to_ask_for_it_again()
    {
        _server.Answers["RCPT"] = "550 no such user";
        var account = await AskAsync();
        var refusal = await TrailAsync(account, RecoveryEventKind.MailRefused);
        Assert.Equal("the mail server refused it with 550", refusal.Detail);

        _server.Answers.Clear();
        _app.Clock.Move(TimeSpan.FromDays(1));
        var other = await AskAsync();
        await TrailAsync(other, RecoveryEventKind.Mailed);
        Assert.DoesNotContain(await _app.TrailAsync(account.Id), line => line.Kind == RecoveryEventKind.Mailed);

        Assert.Single(await RowsAsync());
        await _app.WithAsync<AccountsContext, int>(async database =>
        {
            (await database.Outbox.SingleAsync(Cancellation)).TryAgain(_app.Clock.GetUtcNow());
            return await database.SaveChangesAsync(Cancellation);
        });

        await TrailAsync(account, RecoveryEventKind.Mailed);
        Assert.Equal(0, await Eventually.Async(_app.OutboxAsync, count => count == 0));
    }

    [Fact]
    public async Task A_stored_address_that_is_none_is_refused_for_good_and_holds_up_nobody()
    {
        var broken = await _app.AddAccountAsync();
        await _app.WithAsync<AccountsContext, int>(database => database.Users
            .Where(row => row.Id == broken.Id)
            .ExecuteUpdateAsync(row => row.SetProperty(account => account.Email, "ada@example.com\r\nBcc: eve@example.com"), Cancellation));
        await PutAsync(broken, OutboxKind.ResetLink, TimeSpan.Zero);

        Assert.Equal(
            "the stored address is not one that mail can be sent to",
            (await TrailAsync(broken, RecoveryEventKind.MailRefused)).Detail);

        await TrailAsync(await AskAsync(), RecoveryEventKind.Mailed);
        Assert.DoesNotContain(_server.Commands, command => command.Contains("eve@", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_request_that_nobody_waits_for_any_more_is_dropped_and_a_notice_is_not()
    {
        var account = await _app.AddAccountAsync();
        await PutAsync(account, OutboxKind.ResetLink, TimeSpan.FromHours(13));
        await PutAsync(account, OutboxKind.PasswordChangedNotice, TimeSpan.FromHours(13));

        await TrailAsync(account, RecoveryEventKind.GaveUp);
        await TrailAsync(account, RecoveryEventKind.NoticeMailed);

        Assert.Equal("Your password was changed", MailFolder.Subject(Assert.Single(await MailsAsync(1))));
        Assert.Equal(0, await Eventually.Async(_app.OutboxAsync, count => count == 0));
    }

    [Fact]
    public async Task Many_mails_are_each_sent_once_and_each_is_written_down()
    {
        var accounts = new List<Account>();
        for (var i = 0; i < 10; i++)
            accounts.Add(await _app.AddAccountAsync(password: null));
        // More than is leased at a time, no account over its budget.
        await Task.WhenAll(
            from kind in Enumerable.Repeat(OutboxKind.ResetLink, 5).Concat(Enumerable.Repeat(OutboxKind.PasswordChangedNotice, 48))
            from account in accounts
            select PutAsync(account, kind, TimeSpan.Zero));

        Assert.Equal(0, await Eventually.Async(_app.OutboxAsync, count => count == 0));

        Assert.Equal(530, _server.Mails.Count);
        var trail = await _app.TrailAsync();
        Assert.Equal(50, trail.Count(line => line.Kind == RecoveryEventKind.Requested));
        Assert.Equal(50, trail.Where(line => line.Kind == RecoveryEventKind.Mailed).Select(line => line.Nonce).Distinct().Count());
        Assert.Equal(480, trail.Count(line => line.Kind == RecoveryEventKind.NoticeMailed));
    }

    [Fact]
    public async Task Work_for_one_address_is_done_in_turn_also_where_it_takes_several_batches()
    {
        _server.Ponder = token => Task.Delay(TimeSpan.FromMilliseconds(300), token);
        var address = $"shared-{Guid.NewGuid():N}@example.com";
        var now = _app.Clock.GetUtcNow();
        // More than are leased at a time, each of an account of its own: no lease keeps one batch from the next.
        await _app.WithAsync<AccountsContext, int>(database =>
        {
            var accounts = Enumerable
                .Range(0, 530)
                .Select(i => new Account
                {
                    UserName = $"{i}",
                    NormalizedUserName = $"{i}",
                    Email = address,
                    NormalizedEmail = address.ToUpperInvariant(),
                    SecurityStamp = $"{i}",
                })
                .ToList();
            database.AddRange(accounts);
            database.AddRange(
                accounts.Select(account => new OutboxMail
                {
                    Kind = OutboxKind.ResetLink,
                    AccountId = account.Id,
                    RequestedAt = now,
                    DueAt = now,
                }));
            return database.SaveChangesAsync(Cancellation);
        });

        Assert.Equal(0, await Eventually.Async(_app.OutboxAsync, count => count == 0));

        Assert.Equal(5, _server.Mails.Count);
    }

    [Fact]
    public async Task At_shutdown_the_mail_in_flight_is_finished_and_the_others_are_free_at_once()
    {
        var (inFlight, mayGoOn) = (new TaskCompletionSource(), new TaskCompletionSource());
        _server.Ponder = _ =>
        {
            inFlight.TrySetResult();
            return mayGoOn.Task;
        };
        var account = await _app.AddAccountAsync();
        var now = _app.Clock.GetUtcNow();
        await _app.WithAsync<AccountsContext, int>(database =>
        {
            database.AddRange(
                Enumerable
                    .Range(0, DeliveryPace.Least)
                    .Select(_ => new OutboxMail
                    {
                        Kind = OutboxKind.PasswordChangedNotice,
                        AccountId = account.Id,
                        RequestedAt = now,
                        DueAt = now,
                    }));
            return database.SaveChangesAsync(Cancellation);
        });
        await inFlight.Task.WaitAsync(TimeSpan.FromSeconds(30), Cancellation);
        Assert.All(await RowsAsync(), row => Assert.NotNull(row.LeasedUntil));

        var stop = _app.Services.GetServices<IHostedService>().OfType<DeliveryWorker>().Single().StopAsync(Cancellation);
        mayGoOn.SetResult();
        await stop;

        Assert.Single(_server.Mails);
        var left = await RowsAsync();
        Assert.Equal(DeliveryPace.Least - 1, left.Count);
        Assert.All(left, row => Assert.Equal((Guid.Empty, null, 0), (row.Lease, row.LeasedUntil, row.Attempts)));
    }

    [Fact]
    [Trait("Category", "long")]
    public async Task A_mail_that_left_while_the_database_was_busy_is_not_sent_again()
    {
        await using var elsewhere = new SqliteConnection($"Data Source={Path.Combine(_app.Folder, "accounts.db")}");
        await elsewhere.OpenAsync(Cancellation);
        System.Data.Common.DbTransaction? backup = null;
        _server.Ponder = async token => backup ??= await elsewhere.BeginTransactionAsync(token);
        var account = await AskAsync();
        await MailsAsync(1);

        // Longer than anybody waits for a lock.
        await Task.Delay(TimeSpan.FromSeconds(12), Cancellation);
        await backup!.DisposeAsync();

        await TrailAsync(account, RecoveryEventKind.Mailed);
        Assert.Equal(0, await Eventually.Async(_app.OutboxAsync, count => count == 0));
        Assert.Single(_server.Mails);
    }

    [Fact]
    public async Task Through_SendGrid_a_link_works_and_its_key_is_in_no_log()
    {
        await using var sendGrid = await SendGridDouble.StartAsync();
        await using var app = await TestApp.StartAsync(new()
        {
            ["Mail:Transport"] = "SendGrid",
            ["Mail:SendGrid:ApiKey"] = SendGridDouble.Key,
            ["Mail:SendGrid:BaseUrl"] = sendGrid.Address,
        });
        var account = await app.AddAccountAsync();
        sendGrid.Otherwise = response =>
        {
            response.StatusCode = StatusCodes.Status429TooManyRequests;
            response.Headers.RetryAfter = "600";
            return Task.CompletedTask;
        };
        using var visitor = app.Open();
        await visitor.AskAsync(account.Email!);
        await Eventually.Async(() => app.TrailAsync(account.Id), lines => lines.Any(line => line.Detail == "SendGrid refused it with 429"));

        sendGrid.Otherwise = null;
        app.Clock.Move(TimeSpan.FromMinutes(9));
        await Task.Delay(TimeSpan.FromSeconds(2), Cancellation);
        Assert.Equal(1, sendGrid.Requests);
        app.Clock.Move(TimeSpan.FromMinutes(7));

        var mails = await Eventually.Async(() => Task.FromResult(sendGrid.Mails), mails => mails.Count > 0);
        var text = Assert.Single(mails).GetProperty("content")[0].GetProperty("value").GetString()!;
        var link = Assert.Single(text.ReplaceLineEndings("\n").Split('\n'), line => line.Contains("://", StringComparison.Ordinal));
        Assert.True((await visitor.RedeemAsync(link, Passwords.New)).PasswordChanged);

        Assert.DoesNotContain(SendGridDouble.Key, app.Log.All, StringComparison.Ordinal);
        Assert.DoesNotContain(link.Split("token=")[1], app.Log.All, StringComparison.Ordinal);
        FileSearch.HoldNone(app.Folder, [SendGridDouble.Key]);
    }

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        await _server.DisposeAsync();
    }

    private async Task<Account> AskAsync()
    {
        var account = await _app.AddAccountAsync();
        using var visitor = _app.Open();
        Assert.Equal("/forgot-password/sent", (await visitor.AskAsync(account.Email!)).Location);
        return account;
    }

    private Task PutAsync(Account account, string kind, TimeSpan age)
    {
        var now = _app.Clock.GetUtcNow();
        return _app.Services.GetRequiredService<GroupCommitWriter>().AppendAsync(
            new OutboxMail { Kind = kind, AccountId = account.Id, RequestedAt = now - age, DueAt = now }, Cancellation);
    }

    private async Task<RecoveryEvent> TrailAsync(Account account, RecoveryEventKind kind)
    {
        var trail = await Eventually.Async(() => _app.TrailAsync(account.Id), lines => lines.Any(line => line.Kind == kind));
        return Assert.Single(trail, line => line.Kind == kind);
    }

    private async Task<IReadOnlyList<MimeMessage>> MailsAsync(int count)
    {
        var mails = await Eventually.Async(() => Task.FromResult(_server.Mails), mails => mails.Count >= count);
        Assert.Equal(count, mails.Count);
        return [.. mails.Select(mail => MimeMessage.Load(new MemoryStream(System.Text.Encoding.Latin1.GetBytes(mail))))];
    }

    private Task<List<OutboxMail>> RowsAsync() =>
        _app.WithAsync<AccountsContext, List<OutboxMail>>(database => database.Outbox.AsNoTracking().ToListAsync());
}
