using System.Diagnostics.Metrics;

namespace OneTimeJwt.Web.Shell;

internal static class ShellModule
{
    public static void AddShell(this WebApplicationBuilder builder)
    {
        builder.Services.AddRazorComponents().AddInteractiveServerComponents();
        builder.Services.AddCascadingAuthenticationState();
        builder.Services.AddSingleton(services => services.GetRequiredService<IMeterFactory>().Create(Instrumentation.Name));
    }

    public static void MapShell(this WebApplication app)
    {
        // Ahead of authentication: a style sheet costs no look-up of the session.
        app.MapStaticAssets().ShortCircuit();
        app.MapPage("/", () => Page.Of<Home>());
    }
}
