using System.Data.Common;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.Extensions.Time.Testing;
using MimeKit;
using OneTimeJwt.Web.Delivery;
using OneTimeJwt.Web.Mail;
using OneTimeJwt.Web.Outbox;

namespace OneTimeJwt.Web.Tests.Delivery;

/// <summary>No more mails are leased than are sent while what was read of them holds.</summary>
public sealed class DeliveryPaceTests
{
    private const int Mails = 600;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(new int[0], false, 16)]
    [InlineData(new[] { 0, 100, 374 }, false, 128)]
    [InlineData(new[] { 0, 0, 500, 750 }, false, 64)]
    [InlineData(new[] { 0, 0, 751 }, false, 32)]
    [InlineData(new[] { 0, 0, 751, 5_000, 5_000 }, false, 16)]
    [InlineData(new[] { 0, 0, 0, 0, 0, 0, 0 }, false, 512)]
    [InlineData(new[] { 0, 0, 0, 0, 0, 0, 0 }, true, 64)]
    [InlineData(new[] { 0 }, true, 32)]
    public void More_are_leased_while_their_turn_comes_soon(int[] waits, bool isBusy, int next)
    {
        var clock = new FakeTimeProvider();
        var load = new RequestLoad();
        var pace = new DeliveryPace(load, clock);
        Assert.Equal((DeliveryPace.Least, TimeSpan.Zero), pace.Next());
        if (isBusy)
            _ = load.CountAsync(() => new TaskCompletionSource().Task);

        var last = DeliveryPace.Least;
        foreach (var wait in waits)
        {
            var early = clock.GetTimestamp();
            clock.Advance(TimeSpan.FromMilliseconds(wait));
            pace.Begin(early);
            pace.Begin(clock.GetTimestamp());
            last = pace.Next().Count;
        }

        Assert.Equal(next, last);
        pace.Rest();
        Assert.Equal((DeliveryPace.Least, isBusy ? RequestLoad.Patience : TimeSpan.Zero), pace.Next());
    }

    [Fact]
    public void Rows_that_no_mail_comes_of_make_no_other_wait()
    {
        var pace = new DeliveryPace(new RequestLoad(), new FakeTimeProvider());

        Assert.Equal([16, 32, 64, 128, 256, 512, 512], Enumerable.Range(0, 7).Select(_ => pace.Next().Count));
    }

    [Fact]
    public async Task A_slow_mail_server_doesnt_make_the_accounts_be_read_again_one_by_one()
    {
        var (slow, reads) = (new Slow(), new Reads());
        await using var app = await TestApp.StartAsync(replace: services => services
            .AddSingleton<TimeProvider>(slow)
            .AddSingleton<IMailTransport>(slow)
            .ConfigureDbContext<AccountsContext>(options => options.AddInterceptors(reads)));
        var accounts = new List<Account>();
        for (var i = 0; i < Mails; i++)
            accounts.Add(await app.AddAccountAsync());
        var before = reads.Count;

        await app.WithAsync<AccountsContext, int>(database =>
        {
            database.AddRange(accounts.Select(account => new OutboxMail
            {
                Kind = OutboxKind.ResetLink,
                AccountId = account.Id,
                RequestedAt = slow.GetUtcNow(),
                DueAt = slow.GetUtcNow(),
            }));
            return database.SaveChangesAsync(Cancellation);
        });
        await slow.Done.WaitAsync(TimeSpan.FromMinutes(2), Cancellation);

        // One by one it would be hundreds; a busy machine makes more and smaller batches.
        Assert.InRange(reads.Count - before, 1, 200);
    }

    /// <summary>Takes what two hundred and fifty mails a second take, by its own clock.</summary>
    private sealed class Slow : TimeProvider, IMailTransport
    {
        private readonly TaskCompletionSource _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private int _sent;

        public Task Done => _done.Task;

        public override long TimestampFrequency => 250;

        public override long GetTimestamp() => Volatile.Read(ref _sent);

        public Task SendAsync(MimeMessage message, CancellationToken cancellationToken)
        {
            if (Interlocked.Increment(ref _sent) == Mails)
                _done.SetResult();
            return Task.CompletedTask;
        }
    }

    private sealed class Reads : DbCommandInterceptor
    {
        private int _count;

        public int Count => _count;

        public override ValueTask<InterceptionResult<DbDataReader>> ReaderExecutingAsync(
            DbCommand command,
            CommandEventData eventData,
            InterceptionResult<DbDataReader> result,
            CancellationToken cancellationToken = default)
        {
            if (command.CommandText.Contains("\"AspNetUsers\"", StringComparison.Ordinal))
                Interlocked.Increment(ref _count);
            return new(result);
        }
    }
}
