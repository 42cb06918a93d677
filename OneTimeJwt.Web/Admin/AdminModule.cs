using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Options;
using OneTimeJwt.Web.Shell;

namespace OneTimeJwt.Web.Admin;

internal static class AdminModule
{
    public static void AddAdmin(this WebApplicationBuilder builder)
    {
        builder.Services.AddOptions<AdminSettings>().BindConfiguration("Admin");
        builder.Services.AddSingleton<IValidateOptions<AdminSettings>, AdminSettingsValidator>();
        builder.Services.AddSingleton<TrailReader>();
        builder.Services.AddScoped<ConsoleRoles>();
        builder.Services.AddScoped<AdminInvitation>();
        builder.Services.AddSingleton<IAuthorizationHandler, ConsoleAccessHandler>();
        builder.Services.AddSingleton<IAuthorizationMiddlewareResultHandler, ConsoleDoor>();
        builder.Services.AddAuthorizationBuilder().AddPolicy(ConsoleAccess.Policy, policy => policy.AddRequirements(new ConsoleAccess()));
    }

    public static void MapAdmin(this WebApplication app)
    {
        app.MapPage("/admin", () => Page.SeeOther("/admin/trail"));
        app.MapRazorComponents<ConsoleApp>()
            .AddInteractiveServerRenderMode(options => options.ContentSecurityFrameAncestorsPolicy = null)
            .Add(endpoint =>
            {
                AnswerHeadLikeGet(endpoint);
                KeepStrangersOut(endpoint);
            });
    }

    // Only the console has circuits: nobody else gets as far as holding a connection open.
    private static void KeepStrangersOut(EndpointBuilder endpoint)
    {
        if (endpoint is RouteEndpointBuilder { RoutePattern.RawText: { } route } && route.StartsWith("/_blazor", StringComparison.Ordinal))
            endpoint.Metadata.Add(new AuthorizeAttribute(ConsoleAccess.Policy));
    }

    // Pages of the console send no forms: their acts travel over the circuit.
    private static void AnswerHeadLikeGet(EndpointBuilder endpoint)
    {
        if (endpoint.Metadata.OfType<HttpMethodMetadata>().LastOrDefault() is { } methods && methods.HttpMethods.Contains(HttpMethods.Post) && endpoint is RouteEndpointBuilder { RoutePattern.RawText: { } route } && route.StartsWith("/admin", StringComparison.Ordinal))
        {
            endpoint.Metadata.Remove(methods);
            endpoint.Metadata.Add(new HttpMethodMetadata([HttpMethods.Get, HttpMethods.Head]));
        }
    }
}
