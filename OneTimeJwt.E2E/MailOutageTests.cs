using System.Globalization;
using Microsoft.Data.Sqlite;
using MimeKit;
using OneTimeJwt.E2E.Infrastructure;
using OneTimeJwt.E2E.Reporting;

namespace OneTimeJwt.E2E;

/// <summary>A mail server in trouble and a real app that is stopped or killed meanwhile: one mail arrives.</summary>
[Guarantee(9)]
[Purpose("reset")]
[Role("operator")]
public sealed class MailOutageTests : IAsyncLifetime
{
    private static readonly TimeSpan MaxWait = TimeSpan.FromSeconds(90);

    private readonly SmtpDouble _server = new();
    private readonly CancellationTokenSource _over = new();
    private RunningApp _app = null!;

    public async ValueTask InitializeAsync()
    {
        Assert.SkipWhen(Site.IsDeployed, "Needs an app of its own.");
        _app = await RunningApp.StartAsync(RunningApp.MailingTo(_server.Port));
    }

    [Fact]
    [Guarantee(4)]
    public Task A_server_that_stalls_then_refuses_then_works_gets_one_mail_although_the_app_is_killed() =>
        StallRefuseWorkAsync(TimeSpan.FromSeconds(2));

    [Fact]
    [Trait("Category", "long")]
    [Guarantee(4)]
    public Task A_server_that_stalls_for_half_a_minute_then_refuses_then_works_gets_one_mail_although_the_app_is_killed() =>
        StallRefuseWorkAsync(TimeSpan.FromSeconds(30));

    [Fact]
    [Trait("Category", "long")]
    public async Task An_app_that_is_killed_with_a_mail_at_a_stalling_server_sends_it_after_the_restart()
    {
        _server.Greet = StallAsync;
        await AskAsync();
        await UntilAsync(() => _server.Conversations > 0);

        await _app.KillAsync();
        await StopStallingAsync(greeting: "220 double ESMTP");
        await _app.StartAgainAsync();

        await OneMailAsync();
    }

    [Fact]
    public async Task A_mail_that_is_in_flight_when_the_app_is_stopped_is_finished_and_written_down()
    {
        _server.Ponder = token =>
            Task.Delay(Timeout.Infinite, CancellationTokenSource.CreateLinkedTokenSource(token, _over.Token).Token)
                .ContinueWith(_ => { }, TaskScheduler.Default);
        await AskAsync();
        await UntilAsync(() => _server.Commands.Contains("DATA"));

        var stopping = _app.StopAsync();
        // From here on nobody is served any more, and only the mail is waited for.
        await UntilAsync(async () => !await LocalPort.IsOpenAsync(_app.Address.Port));
        Assert.False(stopping.IsCompleted, "The app left with a mail in flight.");
        await _over.CancelAsync();

        Assert.Equal(0, await stopping);
        Assert.Single(_server.Mails);
        Assert.Equal("QUIT", _server.Commands[^1]);
        Assert.Equal((0, 1), (Count("RecoveryOutbox"), Count("RecoveryTrail WHERE Kind = 'Mailed'")));
    }

    [Fact]
    [Trait("Category", "long")]
    public async Task A_server_that_never_answers_does_not_keep_the_app_from_stopping_and_the_mail_is_not_lost()
    {
        _server.Ponder = token => Task.Delay(Timeout.Infinite, token);
        await AskAsync();
        await UntilAsync(() => _server.Commands.Contains("DATA"));

        Assert.Equal(0, await _app.StopAsync());
        // It may have arrived: a copy is due in five minutes, for which nobody waits here.
        Assert.Equal(1, Change("RecoveryOutbox SET DueAt = RequestedAt WHERE UnansweredAt IS NOT NULL"));
        _server.Ponder = _ => Task.CompletedTask;
        await _app.StartAgainAsync();

        await OneMailAsync(departures: 2);
    }

    public async ValueTask DisposeAsync()
    {
        if (_app is not null)
            await _app.DisposeAsync();
        await _server.DisposeAsync();
        _over.Dispose();
    }

    private async Task StallRefuseWorkAsync(TimeSpan stall)
    {
        using var visitor = new Visitor(_app.Address);
        var usual = await AnswerAsync(visitor, "nobody@example.com");

        _server.Greet = StallAsync;
        Assert.Equal(usual, await AnswerAsync(visitor, "ada@example.com"));
        await UntilAsync(() => _server.Open > 0);
        var end = Task.Delay(stall);
        for (var i = 0; i < 10; i++)
            Assert.Equal(usual, await AnswerAsync(visitor, "nobody@example.com"));
        // Every answer came while the server still had the worker waiting.
        Assert.Equal(1, _server.Open);
        await end;
        Assert.Equal(usual, await AnswerAsync(visitor, "nobody@example.com"));

        await StopStallingAsync(greeting: null);
        await UntilAsync(() => Count("RecoveryTrail WHERE Kind = 'MailFailed'") > 0);
        Assert.Equal(usual, await AnswerAsync(visitor, "nobody@example.com"));

        await _app.KillAsync();
        Assert.Empty(_server.Mails);
        _server.Greet = _ => Task.FromResult<string?>("220 double ESMTP");
        await _app.StartAgainAsync();

        await OneMailAsync();
    }

    private async Task<string?> StallAsync(CancellationToken end)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(end, _over.Token);
        await Task.Delay(Timeout.Infinite, either.Token).ContinueWith(_ => { }, TaskScheduler.Default);
        return null;
    }

    private Task StopStallingAsync(string? greeting)
    {
        _server.Greet = _ => Task.FromResult(greeting);
        return _over.CancelAsync();
    }

    private async Task AskAsync()
    {
        using var visitor = new Visitor(_app.Address);
        await AnswerAsync(visitor, "ada@example.com");
    }

    private static async Task<(HttpStatusCode Status, string? Location, string Body)> AnswerAsync(Visitor visitor, string address)
    {
        var answer = await visitor.SubmitAsync("/forgot-password", "/forgot-password", ("email", address));
        Assert.Equal(HttpStatusCode.SeeOther, answer.Status);
        return (answer.Status, answer.Location, answer.Body);
    }

    // With the outbox empty there is nothing left that could send a second one.
    private async Task OneMailAsync(int departures = 1)
    {
        await UntilAsync(() => Count("RecoveryOutbox") == 0);
        using var mail = await MimeMessage.LoadAsync(new MemoryStream(System.Text.Encoding.Latin1.GetBytes(Assert.Single(_server.Mails))));
        Assert.Equal("ada@example.com", mail.To.Mailboxes.Single().Address);
        Assert.Equal(departures, Count("RecoveryTrail WHERE Kind = 'Mailed'"));

        using var visitor = new Visitor(_app.Address);
        var form = await visitor.GetAsync(new Uri(new ReceivedMail(mail).Link).PathAndQuery);
        Assert.Equal(HttpStatusCode.OK, form.Status);
    }

    private static Task UntilAsync(Func<bool> happened) => UntilAsync(() => Task.FromResult(happened()));

    private static async Task UntilAsync(Func<Task<bool>> happened)
    {
        var end = DateTime.UtcNow + MaxWait;
        while (!await happened())
        {
            Assert.True(DateTime.UtcNow < end, "It did not happen.");
            await Task.Delay(100);
        }
    }

    private int Count(string rows) =>
        Run($"SELECT COUNT(*) FROM {rows}", command => Convert.ToInt32(command.ExecuteScalar(), CultureInfo.InvariantCulture));

    private int Change(string rows) => Run($"UPDATE {rows}", command => command.ExecuteNonQuery());

    private int Run(string sql, Func<SqliteCommand, int> run)
    {
        using var connection = new SqliteConnection($"Data Source={_app.Database}");
        connection.Open();
        using var command = connection.CreateCommand();
#pragma warning disable CA2100 // The text is this test's own.
        command.CommandText = sql;
#pragma warning restore CA2100
        return run(command);
    }
}
