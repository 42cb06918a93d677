using Microsoft.Extensions.Logging.Abstractions;
using OneTimeJwt.Web.Events;

namespace OneTimeJwt.Web.Database;

/// <summary>Makes contexts for the configured provider.</summary>
internal sealed class AccountsContextFactory(
    IOptions<DatabaseSettings> settings,
    Lazy<DbContextOptions<AccountsContext>> options,
    IdentityMaps maps,
    SqliteWriteLock writer,
    EventDestinations? destinations = null
) : IDbContextFactory<AccountsContext>
{
    /// <summary>For what is asked every few seconds and says itself what goes wrong.</summary>
    public AccountsContextFactory WithoutLog() => new(
        settings,
        new(() => new DbContextOptionsBuilder<AccountsContext>(options.Value).UseLoggerFactory(NullLoggerFactory.Instance).Options),
        maps,
        writer,
        destinations);

    public AccountsContext CreateDbContext() =>
        AccountsContext.Create(settings.Value.Provider, options.Value, writer, maps.Current, destinations);
}
