using OneTimeJwt.Web.Mail;
using OneTimeJwt.Web.SignIn;

namespace OneTimeJwt.Web.Links;

internal static class LinksModule
{
    private static readonly string[] AnyHost = ["//*", "//+", "//0.0.0.0", "//[::]"];

    public static void AddLinks(this WebApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddSettings<RecoverySettings, RecoverySettingsValidator>("Recovery");
        services.AddSettings<MailRateLimit, MailRateLimitValidator>("RateLimits:PerAccount");
        if (builder.Environment.IsDevelopment())
            services.PostConfigure<RecoverySettings>(recovery => recovery.PublicOrigin ??= ListeningAddress(builder.Configuration));

        services.AddSingleton(provider =>
            PublicOrigin.TryParse(provider.GetRequiredService<IOptions<RecoverySettings>>().Value.PublicOrigin, out var origin)
                ? origin
                : throw new InvalidOperationException("Recovery:PublicOrigin has not been checked."));
        services.AddSingleton(provider => new SitePath(provider.GetRequiredService<PublicOrigin>().Path));
        services.AddSingleton(provider => new MailSite(new Uri(provider.GetRequiredService<PublicOrigin>().Value).Authority));
        services.AddSingleton<LinkBuilder>();
        services.AddSingleton<RequestReset>();
        services.AddSingleton<LinkAudit>();
        services.AddHostedService<LinkAuditSummaries>();
        services.AddSingleton<OutstandingLinks>();
        services.AddSingleton<FindLinksOut>(provider =>
            (database, id) => provider.GetRequiredService<OutstandingLinks>().AreOutAsync(database, id));
        foreach (var purpose in LinkPurposes.Own)
            services.AddSingleton(purpose);
        services.AddSingleton<LinkPurposes>();
        services.AddScoped<RedemptionContext>();
        services.AddScoped<OwnAddress>();
        services.AddSingleton<AddressAttemptLimiter>();
        services.AddScoped<LinkVerifier>();
        services.AddScoped<LockoutRelease>();
        services.AddScoped<RedemptionTransaction>();
        services.AddScoped<RedeemLink>();
        services.AddScoped<LinkForms>();
        services.AddScoped<LinkEndpoints>();
        services.AddScoped<ForgotPasswordEndpoints>();
        services.AddSingleton<DoneNames>();
        services.AddSingleton<RecoveryMetrics>();
        services.AddSingleton<SecurityNotices>();
        services.AddSingleton<MailRateLimiter>();
    }

    // The first address that the app listens on; never a request's Host header.
    private static string? ListeningAddress(ConfigurationManager configuration) =>
        (configuration[WebHostDefaults.ServerUrlsKey] ?? "http://localhost:5000")
            .Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .Select(url => AnyHost.Aggregate(url, (address, any) => address.Replace(any, "//localhost", StringComparison.Ordinal)))
            .FirstOrDefault();
}
