using System.Security.Cryptography;
using Microsoft.EntityFrameworkCore;
using OneTimeJwt.Web.Data;
using OneTimeJwt.Web.Mail;

namespace OneTimeJwt.Web.Recovery;

/// <summary>
/// Works the outbox off on its own tick, never woken by a request, so that what a request costs says nothing about what
/// the worker finds. A lease is a conditional update: of several nodes one gets a row.
/// </summary>
internal sealed partial class DeliveryWorker(
    IServiceScopeFactory scopes,
    IDbContextFactory<AccountsContext> contexts,
    LinkTrail trail,
    TimeProvider time,
    ILogger<DeliveryWorker> logger) : BackgroundService
{
    private const int BatchSize = 32;
    private const int AtOnce = 4;
    private static readonly TimeSpan Tick = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LeaseTime = TimeSpan.FromMinutes(3);
    private static readonly TimeSpan SendTime = TimeSpan.FromSeconds(45);
    private static readonly TimeSpan GiveUpAfter = TimeSpan.FromHours(24);
    private static readonly TimeSpan FirstDelay = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan LongestDelay = TimeSpan.FromMinutes(15);
    private static readonly TimeSpan SummaryInterval = TimeSpan.FromMinutes(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Tick, time);
        var lastSummary = time.GetTimestamp();
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                while (await WorkAsync(stoppingToken) == BatchSize)
                {
                }

                if (time.GetElapsedTime(lastSummary) >= SummaryInterval)
                {
                    lastSummary = time.GetTimestamp();
                    await trail.SummariseAsync(stoppingToken);
                }
            }
            catch (Exception fault) when (fault is not OperationCanceledException)
            {
                Log.TickFailed(logger, fault.GetBaseException().GetType().Name);
            }
        }
    }

    private async Task<int> WorkAsync(CancellationToken stoppingToken)
    {
        var leased = await LeaseAsync(stoppingToken);
        // One after the other within an account, so that its budget is counted right.
        await Parallel.ForEachAsync(
            leased.GroupBy(mail => mail.AccountId ?? mail.Id.ToString()),
            new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = stoppingToken },
            async (mails, cancellationToken) =>
            {
                foreach (var mail in mails)
                    await DeliverAsync(mail, cancellationToken);
            });
        return leased.Count;
    }

    private async Task<List<Leased>> LeaseAsync(CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        // A time further ahead than anything that is ever set was written before the clock was set back.
        var (noLaterThan, noLease) = (now + LongestDelay + LongestDelay, now + LeaseTime + LeaseTime);
        await using var database = await contexts.CreateDbContextAsync(cancellationToken);
        var due = await database.Outbox
            .Where(mail => mail.DueAt <= now || mail.DueAt > noLaterThan)
            .Where(mail => mail.LeasedUntil == null || mail.LeasedUntil <= now || mail.LeasedUntil > noLease)
            .OrderBy(mail => mail.DueAt)
            .Take(BatchSize)
            .ToListAsync(cancellationToken);

        foreach (var mail in due)
        {
            mail.Lease = Guid.NewGuid();
            mail.LeasedUntil = now + LeaseTime;
            mail.Attempts++;
        }

        try
        {
            await database.SaveChangesAsync(cancellationToken);
        }
        catch (DbUpdateConcurrencyException)
        {
            // Another node was faster on at least one of them; the next tick sees what is left.
            return [];
        }

        return [.. due.Select(mail => new Leased(mail.Id, mail.Lease, mail.AccountId))];
    }

    [System.Diagnostics.CodeAnalysis.SuppressMessage("Design", "CA1031", Justification = "Whatever keeps one mail from being sent, it is tried again and the others go on.")]
    private async Task DeliverAsync(Leased leased, CancellationToken cancellationToken)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(SendTime);
        try
        {
            await using var scope = scopes.CreateAsyncScope();
            var database = scope.ServiceProvider.GetRequiredService<AccountsContext>();
            // A lease that could run out on the way is left to run out: the next one sends the mail, once.
            var leaseNeeded = time.GetUtcNow() + SendTime;
            var mail = await database.Outbox.SingleOrDefaultAsync(
                row => row.Id == leased.Id && row.Lease == leased.Lease && row.LeasedUntil > leaseNeeded, patience.Token);
            if (mail is not null)
                await scope.ServiceProvider.GetRequiredService<Delivery>().DeliverAsync(mail, patience.Token);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            await PutBackAsync(leased.Id);
        }
        catch (Exception fault)
        {
            await RetryLaterAsync(leased.Id, MailFault.InWords(fault));
        }
    }

    // Stopping: the next start, or another node, goes on at once.
    private async Task PutBackAsync(Guid id)
    {
        await using var database = await contexts.CreateDbContextAsync();
        if (await database.Outbox.FindAsync(id) is { } mail)
        {
            mail.LeasedUntil = null;
            mail.Attempts--;
            await database.SaveChangesAsync();
        }
    }

    private async Task RetryLaterAsync(Guid id, string cause)
    {
        await using var database = await contexts.CreateDbContextAsync();
        if (await database.Outbox.FindAsync(id) is not { } mail)
            return;

        var now = time.GetUtcNow();
        var givesUp = now - mail.RequestedAt > GiveUpAfter;
        database.Add(new RecoveryEvent
        {
            At = now,
            Kind = givesUp ? RecoveryEventKind.GaveUp : RecoveryEventKind.MailFailed,
            AccountId = mail.AccountId,
            Actor = mail.RequestedBy,
            Client = mail.Client,
            Detail = cause,
        });
        if (givesUp)
            database.Remove(mail);
        else
            (mail.DueAt, mail.LeasedUntil) = (now + Delay(mail.Attempts), null);

        Log.NotSent(logger, mail.AccountId, cause, mail.Attempts, givesUp ? "given up" : "will be tried again");
        await database.SaveChangesAsync();
    }

    // Doubling, with jitter so that a recovering mail server isn't met by everyone at once.
    private static TimeSpan Delay(int attempts)
    {
        var delay = FirstDelay * Math.Pow(2, Math.Min(attempts - 1, 10));
        return (delay < LongestDelay ? delay : LongestDelay) * (0.75 + (RandomNumberGenerator.GetInt32(500) / 1000.0));
    }

    private sealed record Leased(Guid Id, Guid Lease, string? AccountId);

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Error, "The outbox could not be worked on ({Fault}); trying again shortly.")]
        public static partial void TickFailed(ILogger logger, string fault);

        [LoggerMessage(LogLevel.Warning, "Mail for account {AccountId} was not sent: {Cause}, attempt {Attempts}, {Next}.")]
        public static partial void NotSent(ILogger logger, string? accountId, string cause, int attempts, string next);
    }
}
