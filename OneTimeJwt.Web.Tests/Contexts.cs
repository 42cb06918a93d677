using Microsoft.Data.Sqlite;

namespace OneTimeJwt.Web.Tests;

/// <summary>Contexts on one open connection, so that a database in memory lives as long as it.</summary>
/// <param name="connection">An open one.</param>
/// <param name="ready">What asynchronous callers wait for.</param>
internal sealed class Contexts(SqliteConnection connection, Task ready) : IDbContextFactory<AccountsContext>, IDisposable
{
    // One for all: Entity Framework makes its services anew for each.
    private static readonly AccountQueries Queries = new();

    public SqliteWriteLock Writer { get; } = new();

    public AccountsContext CreateDbContext() =>
        new SqliteAccounts(
            new DbContextOptionsBuilder<AccountsContext>().UseSqlite(connection).AddInterceptors(Queries).Options, Writer);

    public async Task<AccountsContext> CreateDbContextAsync(CancellationToken cancellationToken = default)
    {
        await ready;
        return CreateDbContext();
    }

    public void Dispose() => Writer.Dispose();
}
