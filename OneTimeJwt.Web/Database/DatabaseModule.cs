namespace OneTimeJwt.Web.Database;

internal static class DatabaseModule
{
    public static void AddDatabase(this WebApplicationBuilder builder)
    {
        builder.Services.AddSettings<DatabaseSettings, DatabaseSettingsValidator>("Database");

        builder.Services.AddSettings<IdentitySettings, IdentitySettingsValidator>("Database:Identity");

        builder.Services.AddAccountsContext(
            (services, options) =>
            {
                var provider = services.GetRequiredService<IOptions<DatabaseSettings>>().Value.Provider;
                ConnectionStrings.Use(
                    options, provider, builder.Configuration.GetConnectionString("Accounts"), builder.Environment.ContentRootPath);
                if (services.GetRequiredService<IOptions<IdentitySettings>>().Value.Session is { Name.Length: > 0 } session)
                    options.AddInterceptors(new SessionSetting(session, provider));
            });
        builder.Services.AddSingleton<Migrator>();
        builder.Services.AddSingleton<AdoptedDatabase>();
    }

    /// <summary>Contexts for the configured provider: one for each scope, and a factory for singletons.</summary>
    public static void AddAccountsContext(this IServiceCollection services, Action<IServiceProvider, DbContextOptionsBuilder> configure)
    {
        services.AddSingleton(provider => new SqliteWriteLock(
            provider.GetRequiredService<IOptions<DatabaseSettings>>().Value.Provider == DatabaseProvider.Sqlite));
        services.AddSingleton<PlainDatabase>();
        services.AddSingleton<IdentityMaps>();
        services.AddScoped(provider => provider.GetRequiredService<IDbContextFactory<AccountsContext>>().CreateDbContext());
        services.AddDbContextFactory<AccountsContext, AccountsContextFactory>(configure);
    }
}
