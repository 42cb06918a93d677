using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;
using OneTimeJwt.Web.Mail;
using OneTimeJwt.Web.Outbox;
using OneTimeJwt.Web.Tests.Mail;

namespace OneTimeJwt.Web.Tests.Links;

/// <summary>Who gets a row, for how long, and what happens to it otherwise.</summary>
public sealed class OutboxQueueTests : IDisposable
{
    private static readonly MailFault Fault = new("the mail server didn't answer in time", "Wait");

    private readonly SqliteConnection _connection = new("Data Source=:memory:");
    private readonly Clock _clock = new();
    private readonly Contexts _contexts;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public OutboxQueueTests()
    {
        _connection.Open();
        _contexts = new Contexts(_connection, Task.CompletedTask);
        using var database = _contexts.CreateDbContext();
        database.Database.EnsureCreated();
    }

    [Fact]
    public async Task A_row_is_one_nodes_for_a_while_and_then_free_again()
    {
        await AddAsync("ada");

        Assert.Single(await Node().LeaseAsync(10, TimeSpan.Zero, Cancellation));
        Assert.Empty(await Node().LeaseAsync(10, TimeSpan.Zero, Cancellation));

        _clock.Now += TimeSpan.FromSeconds(21);
        Assert.Equal(2, Assert.Single(await Node().LeaseAsync(10, TimeSpan.Zero, Cancellation)).Attempts);
    }

    [Fact]
    public async Task A_renewed_lease_stays_and_a_lost_one_stays_lost()
    {
        await AddAsync("ada");
        var leased = await Node().LeaseAsync(10, TimeSpan.Zero, Cancellation);

        _clock.Now += TimeSpan.FromSeconds(15);
        await Node().ExtendLeasesAsync(leased, Cancellation);
        _clock.Now += TimeSpan.FromSeconds(15);
        Assert.Empty(await Node().LeaseAsync(10, TimeSpan.Zero, Cancellation));

        _clock.Now += TimeSpan.FromSeconds(15);
        Assert.Single(await Node().LeaseAsync(10, TimeSpan.Zero, Cancellation));
        await Node().RetryLaterAsync(leased[0], Fault);
        await Node().RefuseAsync(leased[0], "it came too late");
        await Node().PutBackAsync(leased);

        var row = Assert.Single(await RowsAsync());
        Assert.NotNull(row.LeasedUntil);
        Assert.Null(row.RefusedAt);
        Assert.Empty(await TrailAsync());
    }

    [Fact]
    public async Task No_two_nodes_work_on_one_account_at_a_time()
    {
        await AddAsync("ada", "ada", "grace");

        Assert.Equal("ada", Assert.Single(await Node().LeaseAsync(1, TimeSpan.Zero, Cancellation)).AccountId);
        Assert.Equal("grace", Assert.Single(await Node().LeaseAsync(10, TimeSpan.Zero, Cancellation)).AccountId);

        _clock.Now += TimeSpan.FromSeconds(21);
        Assert.Equal(3, (await Node().LeaseAsync(10, TimeSpan.Zero, Cancellation)).Count);
    }

    [Fact]
    public async Task A_row_that_was_put_back_is_there_at_once_and_as_if_it_had_not_been_tried()
    {
        await AddAsync("ada");

        await Node().PutBackAsync(await Node().LeaseAsync(10, TimeSpan.Zero, Cancellation));

        Assert.Equal(1, Assert.Single(await Node().LeaseAsync(10, TimeSpan.Zero, Cancellation)).Attempts);
    }

    [Fact]
    public async Task A_mail_that_failed_waits_longer_each_time_and_is_told_each_time()
    {
        await AddAsync("ada");
        var waits = new List<TimeSpan>();
        for (var i = 0; i < 12; i++)
        {
            await Node().RetryLaterAsync(Assert.Single(await Node().LeaseAsync(10, TimeSpan.Zero, Cancellation)), Fault);
            waits.Add(Assert.Single(await RowsAsync()).DueAt - _clock.Now);
            Assert.Empty(await Node().LeaseAsync(10, TimeSpan.Zero, Cancellation));
            _clock.Now += waits[^1];
        }

        Assert.InRange(waits[0], TimeSpan.FromSeconds(3.75), TimeSpan.FromSeconds(6.25));
        Assert.InRange(waits[4], TimeSpan.FromSeconds(60), TimeSpan.FromSeconds(100));
        Assert.All(waits, wait => Assert.True(wait <= TimeSpan.FromMinutes(18.75)));
        Assert.Equal(Fault.Cause, Assert.Single(await RowsAsync()).Cause);
        Assert.All(await TrailAsync(), line => Assert.Equal((RecoveryEventKind.MailFailed, Fault.Cause), (line.Kind, line.Detail)));
    }

    [Theory]
    [InlineData(120, 120, 180)]
    [InlineData(1, 5, 7.5)]
    [InlineData(86_400, 900, 1350)]
    public async Task The_wait_that_was_asked_for_is_kept_within_reason(double asked, double least, double most)
    {
        await AddAsync("ada");

        await Node().RetryLaterAsync(await LeaseOneAsync(), Fault with { Wait = TimeSpan.FromSeconds(asked) });

        Assert.InRange((Assert.Single(await RowsAsync()).DueAt - _clock.Now).TotalSeconds, least, most);
    }

    [Fact]
    public async Task A_mail_is_left_alone_until_it_has_waited_as_long_as_patience_has_it()
    {
        await AddAsync("ada");

        Assert.Empty(await Node().LeaseAsync(10, TimeSpan.FromSeconds(2), Cancellation));
        _clock.Now += TimeSpan.FromSeconds(2);

        Assert.Single(await Node().LeaseAsync(10, TimeSpan.FromSeconds(2), Cancellation));
    }

    [Fact]
    public async Task A_refused_mail_stays_and_is_never_tried_until_somebody_asks_for_it()
    {
        await AddAsync("ada");
        await Node().RefuseAsync(await LeaseOneAsync(), "the mail server refused it with 550");

        _clock.Now += TimeSpan.FromDays(2);
        Assert.Empty(await Node().LeaseAsync(10, TimeSpan.Zero, Cancellation));
        var row = Assert.Single(await RowsAsync());
        Assert.Equal("the mail server refused it with 550", row.Cause);

        Assert.Equal(RecoveryEventKind.MailRefused, Assert.Single(await TrailAsync()).Kind);
    }

    [Fact]
    public async Task Refused_mails_are_removed_in_time_and_no_others()
    {
        await AddAsync("old", "new", "waiting");
        var leased = (await Node().LeaseAsync(10, TimeSpan.Zero, Cancellation)).ToDictionary(mail => mail.AccountId!);
        await Node().RefuseAsync(leased["old"], "refused");
        _clock.Now += TimeSpan.FromDays(30);
        await Node().RefuseAsync(leased["new"], "refused");

        Assert.Equal(1, await Node().RemoveRefusedAsync(TimeSpan.FromDays(29), Cancellation));

        Assert.Equal(["new", "waiting"], (await RowsAsync()).Select(row => row.AccountId).Order());
    }

    public void Dispose()
    {
        _contexts.Dispose();
        _connection.Dispose();
    }

    private OutboxQueue Node() => new(_contexts, _contexts.Writer, _clock, NullLogger<OutboxQueue>.Instance);

    private async Task<OutboxMail> LeaseOneAsync() => Assert.Single(await Node().LeaseAsync(10, TimeSpan.Zero, Cancellation));

    private async Task AddAsync(params string[] accounts)
    {
        await using var database = await _contexts.CreateDbContextAsync(Cancellation);
        database.AddRange(accounts.Select((account, i) => new OutboxMail
        {
            Kind = OutboxKind.ResetLink,
            AccountId = account,
            RequestedAt = _clock.Now,
            DueAt = _clock.Now.AddTicks(i),
        }));
        _clock.Now = _clock.Now.AddTicks(accounts.Length);
        await database.SaveChangesAsync(Cancellation);
    }

    private async Task<List<OutboxMail>> RowsAsync()
    {
        await using var database = await _contexts.CreateDbContextAsync(Cancellation);
        return await database.Outbox.AsNoTracking().ToListAsync(Cancellation);
    }

    private async Task<List<RecoveryEvent>> TrailAsync()
    {
        await using var database = await _contexts.CreateDbContextAsync(Cancellation);
        return await database.Trail.AsNoTracking().OrderBy(line => line.At).ToListAsync(Cancellation);
    }
}
