namespace OneTimeJwt.Web.Hosting;

internal static class HostingModule
{
    public static void AddHosting(this WebApplicationBuilder builder)
    {
        builder.AddQuietLogging();
        builder.AddDevelopmentSettings();
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromSeconds(10));
        builder.Services.AddSingleton<ILoggerFactory, CappedLoggerFactory>();
        builder.Services.AddSingleton<HealthLog>();
        builder.Services.AddSettings<SeedSettings, SeedSettingsValidator>("Seed");
        builder.Services.AddScoped<DevelopmentSeed>();
        builder.Services.AddSingleton(services => new DatabaseHealth(
            ActivatorUtilities.CreateInstance<AccountsContextFactory>(services).WithoutLog(),
            services.GetRequiredService<SqliteWriteLock>(),
            services.GetRequiredService<TimeProvider>()));
        builder.Services.AddHealthChecks().AddCheck<DatabaseHealth>("database", failureStatus: null, tags: [], DatabaseHealth.Timeout);
    }

    public static void MapHealth(this WebApplication app)
    {
        app.MapHealthChecks("/health/live", new() { Predicate = _ => false });
        app.MapHealthChecks("/health/ready", new() { ResponseWriter = HealthResponseWriter.WriteAsync });
    }
}
