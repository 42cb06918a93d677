using System.Linq.Expressions;

namespace OneTimeJwt.Web.Events;

/// <summary>
/// Leases rows by conditional update, so that of several nodes one gets a row: of each account the first one only, and it stays where
/// it is until it was sent. So the next event of the account waits for it, on all nodes.
/// </summary>
internal sealed class EventQueue(IDbContextFactory<AccountsContext> contexts, SqliteWriteLock writer, TimeProvider time)
{
    /// <summary>Twice the longest that a receiver may take: leases are not renewed.</summary>
    public static readonly TimeSpan LeaseTime = 2 * WebhookDestination.Timeout;

    /// <summary>So long after it was written, an event is tried for the last time.</summary>
    public static readonly TimeSpan MaxAge = TimeSpan.FromDays(3);

    // Nodes are updated one after the other, and one that isn't yet doesn't know what the next one writes for.
    private static readonly TimeSpan UnknownKept = TimeSpan.FromDays(1);

    // Whoever waits behind others is tried once, too.
    private static readonly TimeSpan ExpiredKept = MaxAge + TimeSpan.FromHours(6);

    /// <summary>The longest due first.</summary>
    public async Task<List<EventDelivery>> LeaseAsync(string destination, int max, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        await using var database = await contexts.CreateDbContextAsync(cancellationToken);
        var due = await Heads(database, destination, now).AsNoTracking()
            .OrderBy(row => row.DueAt)
            .ThenBy(row => row.Id)
            .Take(max)
            .ToListAsync(cancellationToken);
        if (due.Count == 0)
            return due;

        var (ids, lease, until) = (due.ConvertAll(row => row.Id), Guid.NewGuid(), now + LeaseTime);
        var leased = await writer.RunAsync(
            () => Heads(database, destination, now)
                .Where(row => ids.Contains(row.Id))
                .ExecuteUpdateAsync(
                    row => row.SetProperty(r => r.Lease, lease).SetProperty(r => r.LeasedUntil, until), CancellationToken.None),
            cancellationToken);
        if (leased != due.Count)
            // Another node was faster on some.
            due = await database.EventDeliveries.AsNoTracking()
                .Where(row => ids.Contains(row.Id) && row.Lease == lease)
                .OrderBy(row => row.Id)
                .ToListAsync(CancellationToken.None);
        due.ForEach(row => row.Lease = lease);
        return due;
    }

    /// <summary>They were sent, or nobody wants them.</summary>
    public Task RemoveAsync(IReadOnlyCollection<EventDelivery> rows) => UpdateAsync(rows, leased => leased.ExecuteDeleteAsync());

    /// <summary>Releases them without having tried: another node, or the next start, may lease them at once.</summary>
    public Task PutBackAsync(IReadOnlyCollection<EventDelivery> rows) => UpdateAsync(
        rows, leased => leased.ExecuteUpdateAsync(row => row.SetProperty(r => r.LeasedUntil, (DateTimeOffset?)null)));

    /// <summary>It failed.</summary>
    /// <param name="row">A leased one.</param>
    /// <param name="wait">How long the receiver asks to be left alone.</param>
    public Task RetryLaterAsync(EventDelivery row, TimeSpan? wait)
    {
        var now = time.GetUtcNow();
        var (due, last) = (now + RetrySchedule.Delay(row.Attempts + 1, wait), row.WrittenAt + MaxAge);
        if (due > last && last > now)
            due = last;
        return UpdateAsync([row], leased => leased.ExecuteUpdateAsync(change => change
            .SetProperty(r => r.LeasedUntil, (DateTimeOffset?)null)
            .SetProperty(r => r.Attempts, r => r.Attempts + 1)
            .SetProperty(r => r.DueAt, due)));
    }

    /// <summary>What waits for its next try needn't: the destination works again, or the clock was set back meanwhile.</summary>
    public async Task BringForwardAsync(string destination)
    {
        var now = time.GetUtcNow();
        await using var database = await contexts.CreateDbContextAsync();
        await writer.RunAsync(() => database.EventDeliveries
            .Where(row => row.Destination == destination && row.DueAt > now)
            .ExecuteUpdateAsync(row => row.SetProperty(r => r.DueAt, now)));
    }

    /// <summary>Removes what nobody will send: of destinations that are configured no more.</summary>
    /// <returns>How many.</returns>
    public Task<int> RemoveUnknownAsync(IReadOnlyCollection<string> known, CancellationToken cancellationToken)
    {
        var limit = time.GetUtcNow() - UnknownKept;
        return SweepAsync(row => row.WrittenAt < limit && !known.Contains(row.Destination), cancellationToken);
    }

    /// <summary>Removes what a destination hasn't taken in all that time.</summary>
    /// <returns>How many.</returns>
    public Task<int> RemoveExpiredAsync(string destination, CancellationToken cancellationToken)
    {
        var limit = time.GetUtcNow() - ExpiredKept;
        return SweepAsync(row => row.Destination == destination && row.WrittenAt < limit, cancellationToken);
    }

    private static IQueryable<EventDelivery> Heads(AccountsContext database, string destination, DateTimeOffset now)
    {
        // A lease beyond the longest can only come from a clock that was set back since.
        var noLease = now + LeaseTime + LeaseTime;
        return database.EventDeliveries
            .Where(row => row.Destination == destination && row.DueAt <= now)
            .Where(row => row.LeasedUntil == null || row.LeasedUntil <= now || row.LeasedUntil > noLease)
            .Where(row => row.AccountId == null || !database.EventDeliveries.Any(earlier =>
                earlier.Destination == destination && earlier.AccountId == row.AccountId && earlier.Id < row.Id));
    }

    private async Task UpdateAsync(IReadOnlyCollection<EventDelivery> rows, Func<IQueryable<EventDelivery>, Task<int>> update)
    {
        if (rows.Count == 0)
            return;

        var (ids, leases) = (rows.Select(row => row.Id).ToList(), rows.Select(row => row.Lease).Distinct().ToList());
        await using var database = await contexts.CreateDbContextAsync();
        await writer.RunAsync(() => update(database.EventDeliveries.Where(row => ids.Contains(row.Id) && leases.Contains(row.Lease))));
    }

    private async Task<int> SweepAsync(Expression<Func<EventDelivery, bool>> isOver, CancellationToken cancellationToken)
    {
        await using var database = await contexts.CreateDbContextAsync(cancellationToken);
        var over = database.EventDeliveries.Where(isOver).OrderBy(row => row.Id);
        return await BatchedDelete.RunAsync(writer, over, cancellationToken);
    }
}
