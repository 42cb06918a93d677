using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace OneTimeJwt.Web.Data;

internal static class DataModule
{
    public static void AddData(this WebApplicationBuilder builder)
    {
        builder.Services.AddSettings<DatabaseSettings, DatabaseSettingsValidator>("Database");
        builder.Services.AddSettings<HostColumnSettings, HostColumnSettingsValidator>("Accounts");
        builder.Services.AddSingleton<HostColumns>();
        builder.Services.AddSettings<SeedSettings, SeedSettingsValidator>("Seed");

        builder.Services.AddAccountsContext((services, options) => ConnectionStrings.Use(
            options, services.GetRequiredService<IOptions<DatabaseSettings>>().Value.Provider, builder.Configuration.GetConnectionString("Accounts"), builder.Environment.ContentRootPath));
        builder.Services.AddSingleton<Migrator>();
        builder.Services.AddSingleton<AdoptedDatabase>();
        builder.Services.AddScoped<DevelopmentSeed>();

        builder.Services.AddSingleton<AuditedTransaction>();
        builder.Services.AddSingleton<Appender>();
        builder.Services.AddHostedService(services => services.GetRequiredService<Appender>());
        builder.Services.AddSingleton(services => new DatabaseHealth(
            ActivatorUtilities.CreateInstance<AccountsContexts>(services).WithoutLog(),
            services.GetRequiredService<OneWriter>(),
            services.GetRequiredService<TimeProvider>()));
        builder.Services.AddHealthChecks().AddCheck<DatabaseHealth>("database", failureStatus: null, tags: [], DatabaseHealth.Patience);
    }

    /// <summary>Contexts for the configured provider: one for each scope, and a factory for whoever lives longer.</summary>
    public static void AddAccountsContext(this IServiceCollection services, Action<IServiceProvider, DbContextOptionsBuilder> configure)
    {
        services.AddSingleton(provider => new OneWriter(provider.GetRequiredService<IOptions<DatabaseSettings>>().Value.Provider == DatabaseProvider.Sqlite));
        services.AddScoped(provider => provider.GetRequiredService<IDbContextFactory<AccountsContext>>().CreateDbContext());
        services.AddDbContextFactory<AccountsContext, AccountsContexts>(configure);
    }
}
