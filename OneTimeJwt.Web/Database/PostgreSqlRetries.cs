using Microsoft.EntityFrameworkCore.Storage;
using Npgsql;
using Npgsql.EntityFrameworkCore.PostgreSQL;

namespace OneTimeJwt.Web.Database;

/// <summary>
/// The provider's own, and where several hosts are named also while none of them is known to be the one that is wanted:
/// a session that its server ends, as at a restart or a failover, makes the driver pass that host by until it looks again.
/// </summary>
internal sealed class PostgreSqlRetries(ExecutionStrategyDependencies dependencies, int most, TimeSpan longestDelay)
    : NpgsqlRetryingExecutionStrategy(dependencies, most, longestDelay, errorCodesToAdd: null)
{
    /// <summary>Whether the driver has asked each host, or knows of each, and none is the one that is wanted.</summary>
    public static bool FoundNoHost(Exception? fault) =>
        fault is NpgsqlException { InnerException: null or AggregateException } and not PostgresException;

    protected override bool ShouldRetryOn(Exception? exception) => base.ShouldRetryOn(exception) || FoundNoHost(exception);
}
