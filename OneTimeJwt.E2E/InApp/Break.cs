using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using OneTimeJwt.E2E.InApp;

[assembly: HostingStartup(typeof(Break))]

namespace OneTimeJwt.E2E.InApp;

/// <summary>Breaks one guarantee of an app that the suite starts, so that one can see who notices: E2E_BREAK names it.</summary>
internal sealed class Break : IHostingStartup
{
    public const string Setting = "E2E_BREAK";

    private static readonly string[] Breakable = ["G1", "G10"];

    /// <exception cref="InvalidOperationException">A guarantee is named that can't be broken from here.</exception>
    public static string? Wanted => Environment.GetEnvironmentVariable(Setting) switch
    {
        null or "" => null,
        var guarantee when Breakable.Contains(guarantee) => guarantee,
        var other => throw new InvalidOperationException($"{Setting} is '{other}': write one of {string.Join(", ", Breakable)}."),
    };

    public void Configure(IWebHostBuilder builder) => builder.ConfigureServices(services =>
    {
        if (Wanted == "G1")
            services.AddSingleton<IStartupFilter, SecondUse>();
        else if (Wanted == "G10")
            services.PostConfigureAll<CookieAuthenticationOptions>(cookie => cookie.Events.OnValidatePrincipal = _ => Task.CompletedTask);
    });
}
