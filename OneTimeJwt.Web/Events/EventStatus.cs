using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace OneTimeJwt.Web.Events;

/// <param name="Destination">Its name.</param>
/// <param name="Waiting">Events that are still to be sent to it.</param>
/// <param name="Age">How long the oldest has waited.</param>
internal sealed record EventCounts(string Destination, int Waiting, TimeSpan Age);

/// <summary>Counts what waits, at most once in fifteen seconds.</summary>
internal sealed class EventStatus(EventDestinations destinations, IDbContextFactory<AccountsContext> contexts, TimeProvider time)
{
    public static readonly TimeSpan MaxAge = TimeSpan.FromSeconds(15);

    private const int MaxOldest = 100;

    private readonly CachedValue<IReadOnlyList<EventCounts>> _counts = new(MaxAge, time);

    public Task<IReadOnlyList<EventCounts>> ReadAsync(CancellationToken cancellationToken) =>
        _counts.GetAsync(CountAsync, cancellationToken);

    private async Task<IReadOnlyList<EventCounts>> CountAsync()
    {
        var counts = new List<EventCounts>();
        await using var database = await contexts.CreateDbContextAsync();
        foreach (var destination in destinations.All)
        {
            var waiting = database.EventDeliveries.Where(row => row.Destination == destination.Name);
            // In the order of an index; those that were tried are older than their place.
            var oldest = await waiting.OrderBy(row => row.DueAt).Take(MaxOldest).Select(row => row.WrittenAt).ToListAsync();
            // Rows may be in the future after the clock was set back.
            var now = time.GetUtcNow();
            var since = oldest.Where(moment => moment <= now).DefaultIfEmpty(now).Min();
            counts.Add(new EventCounts(destination.Name, await waiting.CountAsync(), now - since));
        }

        return counts;
    }
}

/// <summary>Whether events wait too long. Never unhealthy: people are served all the same.</summary>
internal sealed class EventHealth(EventStatus status) : IHealthCheck
{
    public static readonly TimeSpan MaxWait = TimeSpan.FromMinutes(15);

    public static readonly TimeSpan Timeout = TimeSpan.FromSeconds(5);

    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        try
        {
            var late = (await status.ReadAsync(cancellationToken)).Where(counts => counts.Age > MaxWait).ToList();
            return late.Count == 0
                ? HealthCheckResult.Healthy()
                : HealthCheckResult.Degraded(string.Join(' ', late.Select(counts =>
                    $"An event for {counts.Destination} has waited for {counts.Age:d\\.hh\\:mm\\:ss}, and {counts.Waiting} wait in all.")));
        }
        catch (Exception fault) when (fault.IsOutage())
        {
            return HealthCheckResult.Degraded("What waits can't be read: the database is away.");
        }
    }
}
