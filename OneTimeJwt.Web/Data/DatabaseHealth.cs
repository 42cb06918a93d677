using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace OneTimeJwt.Web.Data;

/// <summary>Whether the database answers and has every migration. Asked once a second at most, so that probing it in a loop costs it nothing.</summary>
internal sealed class DatabaseHealth(IDbContextFactory<AccountsContext> contexts, Migrator migrator, TimeProvider time) : IHealthCheck
{
    /// <summary>Drivers try for longer; who probes doesn't wait so long.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly Remembered<HealthCheckResult> _result = new(TimeSpan.FromSeconds(1), time);
    private bool _isMigrated;

    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        _result.GetAsync(LookAsync, cancellationToken);

    private async Task<HealthCheckResult> LookAsync()
    {
        await using var database = await contexts.CreateDbContextAsync();
        if (!await database.Database.CanConnectAsync())
            return HealthCheckResult.Unhealthy("The database can't be reached.");

        // Migrations are added and never taken away: what was up to date stays so.
        if (!_isMigrated && await migrator.PendingAsync() is { Count: > 0 } pending)
            return HealthCheckResult.Unhealthy($"The database lacks {pending.Count} migrations: run 'database migrate'.");

        _isMigrated = true;
        return HealthCheckResult.Healthy();
    }
}
