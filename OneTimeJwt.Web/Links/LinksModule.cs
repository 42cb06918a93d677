using OneTimeJwt.Web.Mail;
using OneTimeJwt.Web.SignIn;

namespace OneTimeJwt.Web.Links;

internal static class LinksModule
{
    private static readonly string[] AnyHost = ["//*", "//+", "//0.0.0.0", "//[::]"];

    public static void AddLinks(this WebApplicationBuilder builder)
    {
        builder.Services.AddSettings<RecoverySettings, RecoverySettingsValidator>("Recovery");
        builder.Services.AddSettings<MailRateLimit, MailRateLimitValidator>("RateLimits:PerAccount");
        if (builder.Environment.IsDevelopment())
            builder.Services.PostConfigure<RecoverySettings>(recovery => recovery.PublicOrigin ??= ListeningAddress(builder.Configuration));

        builder.Services.AddSingleton(services =>
            PublicOrigin.TryParse(services.GetRequiredService<IOptions<RecoverySettings>>().Value.PublicOrigin, out var origin)
                ? origin
                : throw new InvalidOperationException("Recovery:PublicOrigin has not been checked."));
        builder.Services.AddSingleton(services => new SitePath(services.GetRequiredService<PublicOrigin>().Path));
        builder.Services.AddSingleton(services => new MailSite(new Uri(services.GetRequiredService<PublicOrigin>().Value).Authority));
        builder.Services.AddSingleton<LinkBuilder>();
        builder.Services.AddSingleton<RequestReset>();
        builder.Services.AddSingleton<LinkAudit>();
        builder.Services.AddSingleton<OutstandingLinks>();
        builder.Services.AddSingleton<FindLinksOut>(services =>
            (database, id) => services.GetRequiredService<OutstandingLinks>().AreOutAsync(database, id));
        foreach (var purpose in LinkPurposes.Own)
            builder.Services.AddSingleton(purpose);
        builder.Services.AddSingleton<LinkPurposes>();
        builder.Services.AddScoped<RedemptionContext>();
        builder.Services.AddScoped<OwnAddress>();
        builder.Services.AddSingleton<AddressAttemptLimiter>();
        builder.Services.AddScoped<LinkVerifier>();
        builder.Services.AddScoped<LockoutRelease>();
        builder.Services.AddScoped<RedemptionTransaction>();
        builder.Services.AddScoped<RedeemLink>();
        builder.Services.AddScoped<LinkForms>();
        builder.Services.AddScoped<LinkEndpoints>();
        builder.Services.AddScoped<ForgotPasswordEndpoints>();
        builder.Services.AddSingleton<DoneNames>();
        builder.Services.AddSingleton<RecoveryMetrics>();
        builder.Services.AddSingleton<SecurityNotices>();
        builder.Services.AddSingleton<MailRateLimiter>();
    }

    // The first address that the app listens on; never a request's Host header.
    private static string? ListeningAddress(ConfigurationManager configuration) =>
        (configuration[WebHostDefaults.ServerUrlsKey] ?? "http://localhost:5000")
            .Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .Select(url => AnyHost.Aggregate(url, (address, any) => address.Replace(any, "//localhost", StringComparison.Ordinal)))
            .FirstOrDefault();
}
