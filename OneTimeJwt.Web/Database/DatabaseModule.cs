namespace OneTimeJwt.Web.Database;

internal static class DatabaseModule
{
    public static void AddDatabase(this WebApplicationBuilder builder)
    {
        builder.Services.AddSettings<DatabaseSettings, DatabaseSettingsValidator>("Database");

        builder.Services.AddSettings<IdentitySettings, IdentitySettingsValidator>("Database:Identity");

        builder.Services.AddSingleton<PlainDatabase>();
        builder.Services.AddAccountsContext(
            (services, options) =>
            {
                var plain = services.GetRequiredService<PlainDatabase>();
                ConnectionStrings.Use(options, plain.Provider, plain.ConnectionString);
                if (plain.Setting is { } setting)
                    options.AddInterceptors(setting);
            });
        builder.Services.AddSingleton<Migrator>();
        builder.Services.AddSingleton<AdoptedDatabase>();
    }

    /// <summary>Contexts for the configured provider: one for each scope, and a factory for singletons.</summary>
    public static void AddAccountsContext(this IServiceCollection services, Action<IServiceProvider, DbContextOptionsBuilder> configure)
    {
        services.AddSingleton(provider => new SqliteWriteLock(
            provider.GetRequiredService<IOptions<DatabaseSettings>>().Value.Provider == DatabaseProvider.Sqlite));
        // Options are made when the first context is.
        services.AddSingleton(provider => new Lazy<DbContextOptions<AccountsContext>>(
            provider.GetRequiredService<DbContextOptions<AccountsContext>>));
        services.AddSingleton<IdentityMaps>();
        services.AddScoped(provider => provider.GetRequiredService<IDbContextFactory<AccountsContext>>().CreateDbContext());
        services.AddDbContextFactory<AccountsContext, AccountsContextFactory>(configure);
    }
}
