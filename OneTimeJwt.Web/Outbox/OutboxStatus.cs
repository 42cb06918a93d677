using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace OneTimeJwt.Web.Outbox;

/// <param name="Waiting">Mails that are still to be sent.</param>
/// <param name="Refused">Mails that were refused for good.</param>
/// <param name="Age">How long the oldest waiting mail has waited.</param>
internal sealed record OutboxCounts(int Waiting, int Refused, TimeSpan Age);

/// <summary>Counts the outbox, at most once in fifteen seconds.</summary>
internal sealed class OutboxStatus(IDbContextFactory<AccountsContext> contexts, TimeProvider time)
{
    public static readonly TimeSpan MaxAge = TimeSpan.FromSeconds(15);

    private const int MaxOldest = 100;

    private readonly CachedValue<OutboxCounts> _counts = new(MaxAge, time);

    public Task<OutboxCounts> ReadAsync(CancellationToken cancellationToken) => _counts.GetAsync(CountAsync, cancellationToken);

    private async Task<OutboxCounts> CountAsync()
    {
        await using var database = await contexts.CreateDbContextAsync();
        var waiting = database.Outbox.Where(mail => mail.RefusedAt == null);
        // In the order of an index; mails that were tried again are younger than their place.
        var oldest = await waiting
            .OrderBy(mail => mail.RequestedAt)
            .Take(MaxOldest)
            .Select(mail => mail.TriedAgainAt ?? mail.RequestedAt)
            .ToListAsync();
        // Rows may be in the future after the clock was set back.
        var now = time.GetUtcNow();
        var since = oldest.Where(moment => moment <= now).DefaultIfEmpty(now).Min();
        return new OutboxCounts(await waiting.CountAsync(), await database.Outbox.CountAsync(mail => mail.RefusedAt != null), now - since);
    }
}

/// <summary>Whether mails wait too long. Never unhealthy: all nodes share the outbox.</summary>
internal sealed class OutboxHealth(OutboxStatus status) : IHealthCheck
{
    /// <summary>Half of a link's default lifetime.</summary>
    public static readonly TimeSpan MaxWait = TimeSpan.FromMinutes(15);

    public static readonly TimeSpan Timeout = TimeSpan.FromSeconds(5);

    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        try
        {
            var counts = await status.ReadAsync(cancellationToken);
            return counts.Age > MaxWait
                ? HealthCheckResult.Degraded($"A mail has waited for {counts.Age:d\\.hh\\:mm\\:ss}, and {counts.Waiting} wait in all.")
                : HealthCheckResult.Healthy();
        }
        catch (Exception fault) when (fault.IsOutage())
        {
            return HealthCheckResult.Degraded("The outbox can't be read: the database is away.");
        }
    }
}
