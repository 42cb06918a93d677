using Microsoft.Extensions.Diagnostics.HealthChecks;
using OneTimeJwt.Web.Outbox;

namespace OneTimeJwt.Web.Hosting;

/// <summary>
/// Whether the database takes what people's forms write. A row is added to the outbox and removed in one transaction, so
/// that nobody sees it: a read-only server, a full disk and a standby that doesn't answer show at a write or its commit
/// only. Tried every two seconds at most, so that probing it in a loop costs little.
/// </summary>
/// <param name="contexts">They log nothing: what goes wrong is in the answer, and probes come every few seconds.</param>
/// <param name="writer">Whose turn it is to write.</param>
/// <param name="time">The clock.</param>
internal sealed class DatabaseHealth(IDbContextFactory<AccountsContext> contexts, SqliteWriteLock writer, TimeProvider time) : IHealthCheck
{
    /// <summary>Drivers try for longer; who probes doesn't wait so long.</summary>
    public static readonly TimeSpan Timeout = TimeSpan.FromSeconds(5);

    // Less, so that there is still time to say why.
    private static readonly TimeSpan WriteTimeout = TimeSpan.FromSeconds(3.5);
    private static readonly TimeSpan AnswerTimeout = TimeSpan.FromSeconds(4.5);
    private static readonly TimeSpan Stays = TimeSpan.FromSeconds(2);

    private readonly CachedValue<HealthCheckResult> _result = new(Stays, time);
    private bool _isMigrated;

    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        try
        {
            return await _result.GetAsync(LookAsync, cancellationToken).WaitAsync(AnswerTimeout, cancellationToken);
        }
        catch (TimeoutException)
        {
            return HealthCheckResult.Unhealthy(DatabaseFaults.DisplayText(DatabaseFault.Slow));
        }
    }

    [System.Diagnostics.CodeAnalysis.SuppressMessage("Design", "CA1031", Justification = "Whatever it is, the database takes no write.")]
    private async Task<HealthCheckResult> LookAsync()
    {
        using var timeout = new CancellationTokenSource(WriteTimeout);
        await using var database = await contexts.CreateDbContextAsync(timeout.Token);
        try
        {
            return await LookAsync(database, timeout.Token);
        }
        catch (Exception fault)
        {
            return HealthCheckResult.Unhealthy(DatabaseFaults.DisplayText(DatabaseFaults.Of(fault), HasManyHosts(database)));
        }
    }

    private static bool HasManyHosts(AccountsContext database) =>
        database is PostgreSqlAccounts && ConnectionStrings.HasManyHosts(new(database.Database.GetConnectionString()));

    private async Task<HealthCheckResult> LookAsync(AccountsContext database, CancellationToken cancellationToken)
    {
        var (vital, further) = await DatabaseRights.LackingAsync(database, cancellationToken);
        if (vital.Count > 0)
            return HealthCheckResult.Unhealthy(
                $"The database user lacks {DatabaseRights.DisplayText(vital)}: see Rights in OPERATIONS.md.");

        // Migrations are added and never taken away: what was up to date stays so.
        if (!_isMigrated && await Migrator.PendingAsync(database, cancellationToken) is { Count: > 0 } pending)
            return HealthCheckResult.Unhealthy($"The database lacks {pending.Count} migrations: run 'database migrate'.");

        _isMigrated = true;
        await writer.RunAsync(() => contexts.TryAsync((context, _) => WriteAsync(context, cancellationToken)), cancellationToken);
        return further.Count == 0
            ? HealthCheckResult.Healthy()
            : HealthCheckResult.Degraded($"The database user lacks {DatabaseRights.DisplayText(further)}: see Rights in OPERATIONS.md.");
    }

    private async Task<int> WriteAsync(AccountsContext database, CancellationToken cancellationToken)
    {
        await using var transaction = await database.Database.BeginTransactionAsync(cancellationToken);
        var row = OutboxMail.ForUser(OutboxKind.AdminNotice, accountId: null, client: null, time.GetUtcNow());
        database.Add(row);
        await database.SaveChangesAsync(cancellationToken);
        database.Remove(row);
        await database.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return 0;
    }
}
