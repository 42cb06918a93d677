namespace OneTimeJwt.Web.Audit;

internal static class AuditModule
{
    public static void AddAudit(this WebApplicationBuilder builder)
    {
        builder.Services.AddSettings<TrailSettings, TrailSettingsValidator>("Trail");
        builder.Services.AddSingleton<TrailRetention>();
        builder.Services.AddHostedService(services => services.GetRequiredService<TrailRetention>());
        builder.Services.AddSingleton<AuditedTransaction>();
    }
}
