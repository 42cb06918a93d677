using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.HttpOverrides;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace OneTimeJwt.Web.Site;

internal static class SecurityModule
{
    // Large enough that a link of any size that is pasted into an address bar is answered with a page.
    private const int MaxRequestLine = 1_200_000;
    private const int MaxBodyBytes = 2_000_000;
    private const int MaxConnections = 2_000;
    private const int MaxCircuits = 500;
    private static readonly TimeSpan HeaderTimeout = TimeSpan.FromSeconds(15);

    public static void AddSecurity(this WebApplicationBuilder builder)
    {
        builder.Services.AddSettings<SecuritySettings, SecuritySettingsValidator>("Security")
            .PostConfigure(security => security.RequireHttps ??= !builder.Environment.IsDevelopment());
        builder.Services.AddSettings<ClientLimit, ClientLimitValidator>("RateLimits:PerClient");

        builder.Services.AddRateLimits();
        builder.Services.Configure<KestrelServerOptions>(Bound);
        builder.Services.AddOptions<ForwardedHeadersOptions>().Configure<IOptions<SecuritySettings>>(Trust);
        AddCookies(builder.Services);
    }

    public static void UseSecurity(this WebApplication app)
    {
        var security = app.Services.GetRequiredService<IOptions<SecuritySettings>>().Value;
        if (security.KnownProxies.Count > 0)
            app.UseForwardedHeaders();
        app.UsePlainAddresses();
        var hasHost = app.Services.GetRequiredService<SitePath>().Value.Length == 0;
        if (app.Environment.IsDevelopment())
        {
            app.UseWhen(
                context => SitePath.IsApiPage(context.Request),
                page => page.UseSecurityHeaders(SecurityHeaders.Policy(hsts: false, hasHost, forApiPage: true)));
            app.UseWhen(
                context => !SitePath.IsApiPage(context.Request),
                page => page.UseSecurityHeaders(SecurityHeaders.Policy(hsts: false, hasHost)));
        }
        else
        {
            app.UseSecurityHeaders(SecurityHeaders.Policy(hsts: security.RequireHttps == true, hasHost));
        }
    }

    private static void Bound(KestrelServerOptions kestrel)
    {
        kestrel.AddServerHeader = false;
        kestrel.Limits.MaxRequestLineSize = MaxRequestLine;
        kestrel.Limits.MaxRequestBufferSize = MaxRequestLine;
        kestrel.Limits.MaxRequestBodySize = MaxBodyBytes;
        kestrel.Limits.MaxConcurrentConnections = MaxConnections;
        kestrel.Limits.MaxConcurrentUpgradedConnections = MaxCircuits;
        kestrel.Limits.RequestHeadersTimeout = HeaderTimeout;
    }

    private static void Trust(ForwardedHeadersOptions forwarded, IOptions<SecuritySettings> security)
    {
        // Not the host: links and redirects never come from a request.
        forwarded.ForwardedHeaders = ForwardedHeaders.XForwardedFor | ForwardedHeaders.XForwardedProto;
        // As many hops as there are known proxies in a row; the first unknown address is the client.
        forwarded.ForwardLimit = null;
        forwarded.KnownProxies.Clear();
        forwarded.KnownIPNetworks.Clear();
        foreach (var range in security.Value.KnownProxies.Ranges())
            forwarded.KnownIPNetworks.Add(range);
    }

    private static void AddCookies(IServiceCollection services)
    {
        services.AddAntiforgery();
        // Lax: under Strict a second opening from webmail would lose the cookie that the first one set.
        services.AddOptions<AntiforgeryOptions>().Configure<IOptions<SecuritySettings>, SitePath>((antiforgery, security, site) =>
        {
            antiforgery.SuppressXFrameOptionsHeader = true;
            Harden(antiforgery.Cookie, "antiforgery", security.Value, site);
        });
        services.AddSingleton<IPostConfigureOptions<CookieAuthenticationOptions>, HardenedCookies>();
    }

    /// <summary>What all cookies of ours have in common.</summary>
    internal static void Harden(CookieBuilder cookie, string name, SecuritySettings security, SitePath site)
    {
        var https = security.RequireHttps == true;
        cookie.Name = site.Cookie(name, https);
        cookie.Path = site.ForCookies;
        cookie.HttpOnly = true;
        cookie.SameSite = SameSiteMode.Lax;
        cookie.SecurePolicy = https ? CookieSecurePolicy.Always : CookieSecurePolicy.SameAsRequest;
    }

    private sealed class HardenedCookies(IOptions<SecuritySettings> security, SitePath site)
        : IPostConfigureOptions<CookieAuthenticationOptions>
    {
        public void PostConfigure(string? name, CookieAuthenticationOptions options) =>
            Harden(
                options.Cookie,
                (name ?? "session").Replace("Identity.", "", StringComparison.Ordinal).ToLowerInvariant(),
                security.Value,
                site);
    }
}
