using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace OneTimeJwt.Web.Outbox;

internal static class OutboxModule
{
    public static void AddOutbox(this WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton<GroupCommitWriter>();
        builder.Services.AddHostedService(services => services.GetRequiredService<GroupCommitWriter>());
        builder.Services.AddSingleton<OutboxQueue>();
        builder.Services.AddSingleton<OutboxStatus>();
        builder.Services.AddSingleton<TypedAddress>();
        builder.Services.AddHealthChecks().AddCheck<OutboxHealth>("outbox", HealthStatus.Degraded, tags: [], OutboxHealth.Timeout);
    }
}
