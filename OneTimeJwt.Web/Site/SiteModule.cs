using System.Diagnostics.Metrics;
using System.Security.Cryptography;
using Microsoft.Net.Http.Headers;

namespace OneTimeJwt.Web.Site;

internal static class SiteModule
{
    public static void AddSite(this WebApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddRazorComponents().AddInteractiveServerComponents();
        services.AddCascadingAuthenticationState();
        services.AddSettings<BrandingSettings, BrandingSettingsValidator>("Branding");
        services.AddSingleton(provider => new Brand(provider.GetRequiredService<IOptions<BrandingSettings>>().Value));
        services.AddSingleton(provider => provider.GetRequiredService<IMeterFactory>().Create(Instrumentation.Name));
    }

    public static void MapSite(this WebApplication app)
    {
        // Ahead of authentication: a style sheet costs no look-up of the session.
        app.MapStaticAssets().ShortCircuit();
        app.MapPage("/", () => Page.Of<Home>());
        if (app.Services.GetRequiredService<Brand>().Logo is { } logo)
            MapLogo(app, new FileInfo(Path.GetFullPath(logo, app.Environment.ContentRootPath)));
    }

    private static void MapLogo(WebApplication app, FileInfo file)
    {
        var picture = File.ReadAllBytes(file.FullName);
        var tag = new EntityTagHeaderValue($"\"{Convert.ToHexStringLower(SHA256.HashData(picture))}\"");
        app.MapPage("/logo", () => Results.Bytes(picture, Brand.TypeOf(file.Name), lastModified: file.LastWriteTimeUtc, entityTag: tag));
    }
}
