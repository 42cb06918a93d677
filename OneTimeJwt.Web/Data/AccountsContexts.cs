using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace OneTimeJwt.Web.Data;

/// <summary>Makes contexts for the configured provider.</summary>
internal sealed class AccountsContexts(IOptions<DatabaseSettings> settings, DbContextOptions<AccountsContext> options, OneWriter writer) : IDbContextFactory<AccountsContext>
{
    public AccountsContext CreateDbContext() => settings.Value.Provider switch
    {
        DatabaseProvider.SqlServer => new SqlServerAccounts(options, writer),
        DatabaseProvider.PostgreSql => new PostgreSqlAccounts(options, writer),
        _ => new SqliteAccounts(options, writer),
    };
}
