using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Options;
using OneTimeJwt.Tokens;
using OneTimeJwt.Web.Accounts;
using OneTimeJwt.Web.Mail;
using OneTimeJwt.Web.Shell;

namespace OneTimeJwt.Web.Recovery;

internal static class RecoveryModule
{
    public static void AddRecovery(this WebApplicationBuilder builder)
    {
        builder.Services.AddSettings<RecoverySettings, RecoverySettingsValidator>("Recovery");
        builder.Services.AddSettings<MailBudget, MailBudgetValidator>("RateLimits:PerAccount");
        builder.Services.AddSettings<TrailSettings, TrailSettingsValidator>("Trail");
        if (builder.Environment.IsDevelopment())
            builder.Services.PostConfigure<RecoverySettings>(recovery => recovery.PublicOrigin ??= ListeningAddress(builder.Configuration));

        builder.Services.AddSingleton(services =>
            PublicOrigin.TryParse(services.GetRequiredService<IOptions<RecoverySettings>>().Value.PublicOrigin, out var origin)
                ? origin
                : throw new InvalidOperationException("Recovery:PublicOrigin has not been checked."));
        builder.Services.AddSingleton(services => new SitePath(services.GetRequiredService<PublicOrigin>().Path));
        builder.Services.AddSingleton(services => new MailSite(new Uri(services.GetRequiredService<PublicOrigin>().Value).Authority));
        builder.Services.AddSingleton<OneTimeLink>();
        builder.Services.AddSingleton<TypedAddress>();
        builder.Services.AddSingleton<RequestReset>();
        builder.Services.AddSingleton<LinkTrail>();
        builder.Services.AddSingleton<OutstandingLinks>();
        builder.Services.AddSingleton<FindLinksOut>(services => (database, id) => services.GetRequiredService<OutstandingLinks>().AreOutAsync(database, id));
        foreach (var purpose in LinkPurposes.Own)
            builder.Services.AddSingleton(purpose);
        builder.Services.AddSingleton<LinkPurposes>();
        builder.Services.AddScoped<RedemptionContext>();
        builder.Services.AddScoped<OwnAddress>();
        builder.Services.AddSingleton<AddressTries>();
        builder.Services.AddScoped<RedeemLink>();
        builder.Services.AddScoped<RecoveryPages>();
        builder.Services.AddSingleton<DoneNames>();
        builder.Services.AddSingleton<Outbox>();
        builder.Services.AddSingleton<RecoveryMeter>();
        builder.Services.AddSingleton<Backlog>();
        builder.Services.AddHealthChecks().AddCheck<BacklogHealth>("outbox", HealthStatus.Degraded, tags: [], BacklogHealth.Patience);
        builder.Services.AddScoped<Recipients>();
        builder.Services.AddSingleton<Notices>();
        builder.Services.AddSingleton<MailBudgets>();
        builder.Services.AddSingleton<SnapshotReader>();
        builder.Services.AddSingleton<DeliveryPolicy>();
        builder.Services.AddSingleton<MailWriter>();
        builder.Services.AddSingleton<MailSender>();
        builder.Services.AddSingleton<DeliveryRecorder>();
        builder.Services.AddSingleton<Delivery>();
        builder.Services.AddSingleton<Dispatch>();
        builder.Services.AddHostedService<DeliveryWorker>();
        builder.Services.AddSingleton<BounceAddress>();
        builder.Services.AddSingleton<ReversePath>(services => services.GetRequiredService<BounceAddress>().Of);
        builder.Services.AddSingleton<DeliveryReports>();
        builder.Services.AddSingleton<SendGridWebhook>();
        builder.Services.AddHostedService<BounceWorker>();
        builder.Services.AddSingleton<TrailRetention>();
        builder.Services.AddHostedService(services => services.GetRequiredService<TrailRetention>());
    }

    // The first address that the app was told to listen on; never a request's Host header.
    private static string? ListeningAddress(ConfigurationManager configuration) =>
        (configuration[WebHostDefaults.ServerUrlsKey] ?? "http://localhost:5000")
            .Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .Select(url => url.Replace("//*", "//localhost", StringComparison.Ordinal).Replace("//+", "//localhost", StringComparison.Ordinal)
                .Replace("//0.0.0.0", "//localhost", StringComparison.Ordinal).Replace("//[::]", "//localhost", StringComparison.Ordinal))
            .FirstOrDefault();
}
