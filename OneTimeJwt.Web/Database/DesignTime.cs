using System.Diagnostics.CodeAnalysis;
using Microsoft.EntityFrameworkCore.Design;

namespace OneTimeJwt.Web.Database;

/// <summary>For <c>dotnet ef migrations add</c>, which asks for one context at a time and for no database.</summary>
[SuppressMessage("Performance", "CA1812", Justification = "The tool makes it.")]
internal sealed class DesignTime
    : IDesignTimeDbContextFactory<SqliteAccounts>,
        IDesignTimeDbContextFactory<SqlServerAccounts>,
        IDesignTimeDbContextFactory<PostgreSqlAccounts>
{
    private static readonly SqliteWriteLock Writer = new();

    // Which schema version it is, Identity asks the app's services.
    private static readonly Lazy<IServiceProvider> Services = new(() =>
        new ServiceCollection()
            .Configure<IdentityOptions>(identity => identity.Stores.SchemaVersion = IdentitySchemaVersions.Version2)
            .BuildServiceProvider());

    SqliteAccounts IDesignTimeDbContextFactory<SqliteAccounts>.CreateDbContext(string[] args) =>
        new(Options(DatabaseProvider.Sqlite, "Data Source=none"), Writer);

    SqlServerAccounts IDesignTimeDbContextFactory<SqlServerAccounts>.CreateDbContext(string[] args) =>
        new(Options(DatabaseProvider.SqlServer, "Server=none;Database=none"), Writer);

    PostgreSqlAccounts IDesignTimeDbContextFactory<PostgreSqlAccounts>.CreateDbContext(string[] args) =>
        new(Options(DatabaseProvider.PostgreSql, "Host=none;Database=none"), Writer);

    private static DbContextOptions<AccountsContext> Options(DatabaseProvider provider, string connectionString)
    {
        var options = new DbContextOptionsBuilder<AccountsContext>();
        ConnectionStrings.Use(options, provider, connectionString);
        return options.UseApplicationServiceProvider(Services.Value).Options;
    }
}
