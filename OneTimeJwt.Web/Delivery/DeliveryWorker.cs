using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using OneTimeJwt.Web.Outbox;

namespace OneTimeJwt.Web.Delivery;

/// <summary>
/// Sends the outbox on its own timer, never woken by a request, so that a request's duration says nothing about what the worker
/// finds. Rows are leased and read many at a time and sent several at once; a slow mail delays no other. At shutdown the mails in
/// flight are finished and the others put back.
/// </summary>
internal sealed partial class DeliveryWorker(
    OutboxQueue outbox,
    RecipientResolver recipients,
    MailDelivery delivery,
    DeliveryAttempt attempt,
    DeliveryPace pace,
    TimeProvider time,
    ILogger<DeliveryWorker> logger
) : Worker
{
    private const int AtOnce = 64;
    private static readonly TimeSpan Tick = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan CleanUpInterval = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan RefusedRetention = TimeSpan.FromDays(30);

    private readonly ConcurrentDictionary<Guid, OutboxMail> _inHand = [];

    // The latest work for a recipient, which the next one waits for. Used where rows are leased only.
    private readonly Dictionary<string, Task> _latest = [];

    protected override async Task WorkAsync(CancellationToken stoppingToken)
    {
        using var done = new CancellationTokenSource();
        var renewal = outbox.KeepAsync(() => [.. _inHand.Values], done.Token);
        await Parallel.ForEachAsync(
            LeaseInRoundsAsync(stoppingToken),
            new ParallelOptions { MaxDegreeOfParallelism = AtOnce },
            async (work, _) => await SendAsync(work, stoppingToken));
        await done.CancelAsync();
        await renewal;
        // Leases that can't be released run out.
        await TryAsync(() => outbox.PutBackAsync([.. _inHand.Values]), stoppingToken);
    }

    private async IAsyncEnumerable<Work> LeaseInRoundsAsync([EnumeratorCancellation] CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Tick, time);
        var lastCleanUp = time.GetTimestamp();
        while (await NextTickAsync(timer, stoppingToken))
        {
            await foreach (var work in LeaseAllAsync(stoppingToken))
                yield return work;
            if (time.GetElapsedTime(lastCleanUp) < CleanUpInterval)
                continue;

            lastCleanUp = time.GetTimestamp();
            await TryAsync(() => outbox.RemoveRefusedAsync(RefusedRetention, stoppingToken), stoppingToken);
        }
    }

    // The next rows are leased and read while the last quarter of the ones before is sent.
    private async IAsyncEnumerable<Work> LeaseAllAsync([EnumeratorCancellation] CancellationToken stoppingToken)
    {
        var next = TryLeaseAsync(stoppingToken);
        while (await next is { } ready)
        {
            var ahead = ((ready.Count * 3) + 3) / 4;
            foreach (var work in ready.Take(ahead))
                yield return work;
            next = TryLeaseAsync(stoppingToken);
            foreach (var work in ready.Skip(ahead))
                yield return work;
        }
    }

    private static async Task<bool> NextTickAsync(PeriodicTimer timer, CancellationToken stoppingToken)
    {
        try
        {
            return await timer.WaitForNextTickAsync(stoppingToken);
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    // Null where nothing is due, or the database failed.
    private async Task<IReadOnlyList<Work>?> TryLeaseAsync(CancellationToken stoppingToken)
    {
        IReadOnlyList<Work>? work = null;
        if (!stoppingToken.IsCancellationRequested)
            await TryAsync(async () => work = await LeaseAsync(stoppingToken), stoppingToken);
        return work;
    }

    private async Task<IReadOnlyList<Work>?> LeaseAsync(CancellationToken stoppingToken)
    {
        // Before reading: completed work is in the trail by now; other work is waited for, and its snapshot read again.
        foreach (var (recipient, _) in _latest.Where(work => work.Value.IsCompleted).ToList())
            _latest.Remove(recipient);

        var (count, patience) = pace.Next();
        var leased = await outbox.LeaseAsync(count, patience, stoppingToken);
        if (leased.Count == 0)
        {
            pace.Rest();
            return null;
        }

        var typed = leased.ToLookup(mail => mail.AccountId is null);
        List<OutboxMail> mails = [.. typed[false], .. await FindRecipientsAsync([.. typed[true]])];
        return mails.Count == 0 ? [] : await PrepareAsync(mails);
    }

    private async Task<IReadOnlyList<Work>> PrepareAsync(IReadOnlyList<OutboxMail> mails)
    {
        var work = new List<Work>();
        try
        {
            await Bisect.EachAsync(
                mails,
                async some => work.AddRange(Queue(some, await delivery.PrepareAsync(some, CancellationToken.None))),
                RetryOrRefuseAsync);
        }
        catch (Exception fault) when (work.Count > 0)
        {
            // Queued mails are sent; the leases of the others run out.
            Failed(fault);
        }

        return work;
    }

    private Task RetryOrRefuseAsync(OutboxMail mail, Exception fault) =>
        TryAsync(() => attempt.RetryOrRefuseAsync(mail, fault), CancellationToken.None);

    private List<Work> Queue(IReadOnlyList<OutboxMail> mails, DeliverySnapshot snapshot)
    {
        foreach (var mail in mails)
            _inHand[mail.Id] = mail;
        return [.. mails.GroupBy(mail => snapshot.RecipientOf(mail) ?? mail.AccountId!).Select(group => Queue(group, snapshot))];
    }

    // The account that has confirmed the address goes first.
    private Work Queue(IGrouping<string, OutboxMail> group, DeliverySnapshot snapshot)
    {
        var mails = group
            .OrderBy(mail => mail.RequestedAt)
            .ThenByDescending(mail => snapshot.Of(mail)?.EmailConfirmed)
            .ThenBy(mail => mail.AccountId, StringComparer.Ordinal)
            .ToList();
        var work = new Work(mails, snapshot, _latest.GetValueOrDefault(group.Key));
        _latest[group.Key] = work.Done.Task;
        return work;
    }

    private async Task<List<OutboxMail>> FindRecipientsAsync(IReadOnlyCollection<OutboxMail> mails)
    {
        if (mails.Count == 0)
            return [];

        var ours = _inHand.Values.Concat(mails).Select(mail => mail.Lease).ToHashSet();
        return await recipients.FindAsync(mails, ours, RetryOrRefuseAsync, CancellationToken.None);
    }

    // One after the other for a recipient, so that its limit holds. Leases keep other nodes from its accounts only: where several
    // accounts share an address, each further node may send one mail more at the same moment.
    private async Task SendAsync(Work work, CancellationToken stoppingToken)
    {
        DeliverySnapshot? snapshot = null;
        if (work.Before is { } before)
        {
            await before;
        }
        else
        {
            snapshot = work.Snapshot;
            pace.Begin(snapshot.At);
        }

        foreach (var mail in work.Mails.TakeWhile(_ => !stoppingToken.IsCancellationRequested))
        {
            DeliverySnapshot? holds = null;
            await TryAsync(async () => holds = await attempt.DeliverAsync(mail, work.Mails, snapshot, stoppingToken), stoppingToken);
            snapshot = holds;
            _inHand.TryRemove(mail.Id, out _);
        }

        work.Done.SetResult();
    }

    [LoggerMessage(LogLevel.Error, "The outbox could not be worked on ({Fault}); trying again shortly.")]
    protected override partial void LogFailure(string fault, Exception? unexpected);

    /// <summary>The mails to one recipient, the snapshot from their lease, and earlier work that isn't done yet.</summary>
    private sealed record Work(IReadOnlyList<OutboxMail> Mails, DeliverySnapshot Snapshot, Task? Before)
    {
        public TaskCompletionSource Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
