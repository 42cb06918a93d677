using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace OneTimeJwt.Web.Data;

internal static class DataModule
{
    public static void AddData(this WebApplicationBuilder builder)
    {
        builder.Services.AddOptions<DatabaseSettings>().BindConfiguration("Database");
        builder.Services.AddSingleton<IValidateOptions<DatabaseSettings>, DatabaseSettingsValidator>();
        builder.Services.AddOptions<SeedSettings>().BindConfiguration("Seed");
        builder.Services.AddSingleton<IValidateOptions<SeedSettings>, SeedSettingsValidator>();

        builder.Services.AddSingleton<OneWriter>();
        builder.Services.AddSingleton<SqlitePragmas>();
        builder.Services.AddDbContextFactory<AccountsContext>((services, options) => options
            .UseSqlite(SqliteFile.Locate(builder.Configuration.GetConnectionString("Accounts"), builder.Environment.ContentRootPath))
            .AddInterceptors(services.GetRequiredService<SqlitePragmas>()));
        builder.Services.AddSingleton<Migrator>();
        builder.Services.AddScoped<DevelopmentSeed>();

        builder.Services.AddSingleton<Appender>();
        builder.Services.AddHostedService(services => services.GetRequiredService<Appender>());
        builder.Services.AddHealthChecks().AddCheck<DatabaseHealth>("database");
    }
}
