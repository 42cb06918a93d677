using System.Security.Cryptography;
using Microsoft.EntityFrameworkCore;
using OneTimeJwt.Web.Data;

namespace OneTimeJwt.Web.Recovery;

/// <summary>A row that is ours for now.</summary>
internal sealed record Leased(Guid Id, Guid Lease, string? AccountId);

/// <summary>
/// Leases outbox rows by conditional update, so that of several nodes one gets a row. A lease is short and renewed while
/// its mail is under way: what a killed process held is free again within seconds.
/// </summary>
internal sealed partial class Outbox(IDbContextFactory<AccountsContext> contexts, OneWriter writer, TimeProvider time, ILogger<Outbox> logger)
{
    private static readonly TimeSpan LeaseTime = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan RenewalTime = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan GiveUpAfter = TimeSpan.FromHours(24);
    private static readonly TimeSpan FirstDelay = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan LongestDelay = TimeSpan.FromMinutes(15);

    public async Task<List<Leased>> LeaseAsync(int most, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        // A time further ahead than anything that is ever set was written before the clock was set back.
        var (noLaterThan, noLease) = (now + LongestDelay + LongestDelay, now + LeaseTime + LeaseTime);
        await using var database = await contexts.CreateDbContextAsync(cancellationToken);
        var due = await database.Outbox
            .Where(mail => mail.DueAt <= now || mail.DueAt > noLaterThan)
            .Where(mail => mail.LeasedUntil == null || mail.LeasedUntil <= now || mail.LeasedUntil > noLease)
            .OrderBy(mail => mail.DueAt)
            .Take(most)
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

    /// <summary>Keeps leases alive until cancelled.</summary>
    public async Task RenewAsync(IReadOnlyList<Leased> leased, CancellationToken done)
    {
        var leases = leased.Select(mail => mail.Lease).ToList();
        using var timer = new PeriodicTimer(RenewalTime, time);
        try
        {
            while (await timer.WaitForNextTickAsync(done))
            {
                await using var database = await contexts.CreateDbContextAsync(done);
                var until = time.GetUtcNow() + LeaseTime;
                await writer.RunAsync(
                    () => database.Outbox.Where(mail => leases.Contains(mail.Lease)).ExecuteUpdateAsync(mail => mail.SetProperty(m => m.LeasedUntil, until), done),
                    done);
            }
        }
        catch (OperationCanceledException) when (done.IsCancellationRequested)
        {
        }
    }

    /// <summary>Not tried after all: another node, or the next start, goes on at once.</summary>
    public async Task PutBackAsync(Leased leased)
    {
        await using var database = await contexts.CreateDbContextAsync();
        if (await FindAsync(database, leased) is { } mail)
        {
            mail.LeasedUntil = null;
            mail.Attempts--;
            await database.SaveChangesAsync();
        }
    }

    public async Task RetryLaterAsync(Leased leased, string cause)
    {
        await using var database = await contexts.CreateDbContextAsync();
        if (await FindAsync(database, leased) is not { } mail)
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

    public static Task<OutboxMail?> FindAsync(AccountsContext database, Leased leased, CancellationToken cancellationToken = default) =>
        database.Outbox.SingleOrDefaultAsync(mail => mail.Id == leased.Id && mail.Lease == leased.Lease, cancellationToken);

    // Doubling, with jitter so that a recovering mail server isn't met by everyone at once.
    private static TimeSpan Delay(int attempts)
    {
        var delay = FirstDelay * Math.Pow(2, Math.Min(attempts - 1, 10));
        return (delay < LongestDelay ? delay : LongestDelay) * (0.75 + (RandomNumberGenerator.GetInt32(500) / 1000.0));
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Warning, "Mail for account {AccountId} was not sent: {Cause}, attempt {Attempts}, {Next}.")]
        public static partial void NotSent(ILogger logger, string? accountId, string cause, int attempts, string next);
    }
}
