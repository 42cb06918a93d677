using Microsoft.Extensions.Logging.Abstractions;

namespace OneTimeJwt.Web.Database;

/// <summary>Makes contexts for the configured provider.</summary>
internal sealed class AccountsContextFactory(
    IOptions<DatabaseSettings> settings,
    DbContextOptions<AccountsContext> options,
    SqliteWriteLock writer
) : IDbContextFactory<AccountsContext>
{
    /// <summary>For what is asked every few seconds and says itself what goes wrong.</summary>
    public AccountsContextFactory WithoutLog() =>
        new(settings, new DbContextOptionsBuilder<AccountsContext>(options).UseLoggerFactory(NullLoggerFactory.Instance).Options, writer);

    // On PostgreSQL each save has a transaction: the end of its commit is watched, see SynchronousCommitInterceptor.
    public AccountsContext CreateDbContext() =>
        settings.Value.Provider switch
        {
            DatabaseProvider.SqlServer => new SqlServerAccounts(options, writer),
            DatabaseProvider.PostgreSql => new PostgreSqlAccounts(options, writer)
            {
                Database = { AutoTransactionBehavior = AutoTransactionBehavior.Always },
            },
            _ => new SqliteAccounts(options, writer),
        };
}
