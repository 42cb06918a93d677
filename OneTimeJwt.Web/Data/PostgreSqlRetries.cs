using Microsoft.EntityFrameworkCore.Storage;
using Npgsql;
using Npgsql.EntityFrameworkCore.PostgreSQL;

namespace OneTimeJwt.Web.Data;

/// <summary>
/// The provider's own, and where several hosts are named also while none of them is known to be the one that is wanted:
/// a session that its server ends, as at a restart or a failover, makes the driver pass that host by until it looks again.
/// </summary>
internal sealed class PostgreSqlRetries(ExecutionStrategyDependencies dependencies, int most, TimeSpan longestDelay)
    : NpgsqlRetryingExecutionStrategy(dependencies, most, longestDelay, errorCodesToAdd: null)
{
    protected override bool ShouldRetryOn(Exception? exception) =>
        base.ShouldRetryOn(exception) || exception is NpgsqlException { InnerException: null or AggregateException } and not PostgresException;
}
