namespace OneTimeJwt.Web.Database;

internal static class DatabaseModule
{
    public static void AddDatabase(this WebApplicationBuilder builder)
    {
        builder.Services.AddSettings<DatabaseSettings, DatabaseSettingsValidator>("Database");

        builder.Services.AddAccountsContext(
            (services, options) =>
                ConnectionStrings.Use(
                    options,
                    services.GetRequiredService<IOptions<DatabaseSettings>>().Value.Provider,
                    builder.Configuration.GetConnectionString("Accounts"),
                    builder.Environment.ContentRootPath));
        builder.Services.AddSingleton<Migrator>();
        builder.Services.AddSingleton<AdoptedDatabase>();
    }

    /// <summary>Contexts for the configured provider: one for each scope, and a factory for singletons.</summary>
    public static void AddAccountsContext(this IServiceCollection services, Action<IServiceProvider, DbContextOptionsBuilder> configure)
    {
        services.AddSingleton(provider => new SqliteWriteLock(
            provider.GetRequiredService<IOptions<DatabaseSettings>>().Value.Provider == DatabaseProvider.Sqlite));
        services.AddScoped(provider => provider.GetRequiredService<IDbContextFactory<AccountsContext>>().CreateDbContext());
        services.AddDbContextFactory<AccountsContext, AccountsContextFactory>(configure);
    }
}
