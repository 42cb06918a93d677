using Microsoft.Extensions.Diagnostics.HealthChecks;
using OneTimeJwt.Web.Audit;

namespace OneTimeJwt.Web.Events;

internal static class EventsModule
{
    public static void AddEvents(this WebApplicationBuilder builder)
    {
        builder.Services.AddSettings<WebhookSettings, WebhookSettingsValidator>("Webhooks");
        builder.Services.AddSingleton<IValidateOptions<TrailSettings>, JsonLinesValidator>();
        builder.Services.AddSingleton<EventDestinations>();
        builder.Services.AddSingleton<EventQueue>();
        builder.Services.AddSingleton<EventMessages>();
        builder.Services.AddSingleton<EventMeter>();
        builder.Services.AddSingleton<EventStatus>();
        builder.Services.AddSingleton<EventWorker>();
        builder.Services.AddHostedService(services => services.GetRequiredService<EventWorker>());
        if (EventDestinations.AreSet(builder.Configuration))
            builder.Services.AddHealthChecks().AddCheck<EventHealth>("events", HealthStatus.Degraded, tags: [], EventHealth.Timeout);
    }
}
