using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using OneTimeJwt.Web.Database;

namespace OneTimeJwt.Web.Outbox;

/// <param name="Waiting">Mails that are still to be sent.</param>
/// <param name="Refused">Mails that were refused for good and wait for somebody to look at them.</param>
/// <param name="Age">How long the oldest of the waiting ones has waited.</param>
internal sealed record OutboxCounts(int Waiting, int Refused, TimeSpan Age);

/// <summary>How much waits in the outbox. The database is asked every fifteen seconds at most, whoever wants to know.</summary>
internal sealed class OutboxStatus(IDbContextFactory<AccountsContext> contexts, TimeProvider time)
{
    public static readonly TimeSpan Stays = TimeSpan.FromSeconds(15);

    private const int OldestLookedAt = 100;

    private readonly CachedValue<OutboxCounts> _state = new(Stays, time);

    public Task<OutboxCounts> ReadAsync(CancellationToken cancellationToken) => _state.GetAsync(CountAsync, cancellationToken);

    private async Task<OutboxCounts> CountAsync()
    {
        await using var database = await contexts.CreateDbContextAsync();
        var waiting = database.Outbox.Where(mail => mail.RefusedAt == null);
        // In the order of an index; the few that somebody asked for again are younger than they look.
        var oldest = await waiting
            .OrderBy(mail => mail.RequestedAt)
            .Take(OldestLookedAt)
            .Select(mail => mail.TriedAgainAt ?? mail.RequestedAt)
            .ToListAsync();
        // A clock that was set back leaves rows in the future.
        var now = time.GetUtcNow();
        var since = oldest.Where(moment => moment <= now).DefaultIfEmpty(now).Min();
        return new OutboxCounts(await waiting.CountAsync(), await database.Outbox.CountAsync(mail => mail.RefusedAt != null), now - since);
    }
}

/// <summary>Whether mails wait for too long. No reason to take a node out of rotation: the others share the outbox.</summary>
internal sealed class OutboxHealth(OutboxStatus backlog) : IHealthCheck
{
    /// <summary>Half of what a link lives by default: whoever asked has begun to wonder.</summary>
    public static readonly TimeSpan MaxWait = TimeSpan.FromMinutes(15);

    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        try
        {
            var state = await backlog.ReadAsync(cancellationToken);
            return state.Age > MaxWait
                ? HealthCheckResult.Degraded($"A mail has waited for {state.Age:d\\.hh\\:mm\\:ss}, and {state.Waiting} wait in all.")
                : HealthCheckResult.Healthy();
        }
        catch (Exception fault) when (fault.IsOutage())
        {
            return HealthCheckResult.Degraded("The outbox can't be read: the database is away.");
        }
    }
}
