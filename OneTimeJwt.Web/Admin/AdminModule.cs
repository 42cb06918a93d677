using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Options;
using OneTimeJwt.Web.Accounts;
using OneTimeJwt.Web.Recovery;
using OneTimeJwt.Web.Shell;

namespace OneTimeJwt.Web.Admin;

internal static class AdminModule
{
    public static void AddAdmin(this WebApplicationBuilder builder)
    {
        builder.Services.AddSettings<AdminSettings, AdminSettingsValidator>("Admin");
        builder.Services.AddSettings<AdminBudget, AdminBudgetValidator>("RateLimits:PerAdmin");
        builder.Services.AddSingleton<AccountSearch>();
        builder.Services.AddSingleton<AccountReader>();
        builder.Services.AddSingleton<ActorReader>();
        builder.Services.AddSingleton<AccountActs>();
        builder.Services.AddSingleton<TrailReader>();
        builder.Services.AddSingleton<TrailExport>();
        builder.Services.AddSingleton<GlanceReader>();
        AddCampaigns(builder.Services);
        builder.Services.AddSingleton<ConsoleRoles>();
        builder.Services.AddSingleton<FindAdmins>(services => services.GetRequiredService<ConsoleRoles>().AdminsAsync);
        builder.Services.AddSingleton<NeedsSecondFactor>(services => async id => await services.GetRequiredService<ConsoleRoles>().OfAsync(id) is not null);
        builder.Services.AddScoped<AdminInvitation>();
        builder.Services.AddScoped<Invitations>();
        builder.Services.AddScoped<InvitePages>();
        builder.Services.AddSingleton<IAuthorizationHandler, ConsoleAccessHandler>();
        builder.Services.AddSingleton<IAuthorizationMiddlewareResultHandler, ConsoleDoor>();
        builder.Services.AddAuthorizationBuilder().AddPolicy(ConsoleAccess.Policy, policy => policy.AddRequirements(new ConsoleAccess()));
    }

    public static void MapAdmin(this WebApplication app)
    {
        app.MapPage("/admin/trail.csv", (TrailExport export, HttpContext http) => export.DownloadAsync(http)).RequireAuthorization(ConsoleAccess.Policy);
        app.MapPage("/admin/bulk", (BulkPages pages, HttpContext http) => pages.ShowAsync(http)).RequireAuthorization(ConsoleAccess.Policy);
        app.MapPost("/admin/bulk", (BulkPages pages, HttpContext http) => pages.DraftAsync(http)).RequireAuthorization(ConsoleAccess.Policy);
        app.MapPage("/admin/invite", InvitePages.Show).RequireAuthorization(ConsoleAccess.Policy);
        app.MapPost("/admin/invite", (InvitePages pages, HttpContext http) => pages.SendAsync(http)).RequireAuthorization(ConsoleAccess.Policy);
        app.MapPage("/admin/bulk/{id:guid}/result.csv", (BulkPages pages, Guid id, CancellationToken cancellationToken) => pages.ResultAsync(id, cancellationToken)).RequireAuthorization(ConsoleAccess.Policy);
        // Asked by open pages of the console that have lost their connection.
        app.MapPage("/admin/reachable", () => Results.NoContent()).RequireAuthorization(ConsoleAccess.Policy);
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

    private static void AddCampaigns(IServiceCollection services)
    {
        services.AddSingleton<AccountMatch>();
        services.AddSingleton<Campaigns>();
        services.AddSingleton<CampaignReader>();
        services.AddSingleton<BulkPages>();
        services.AddHostedService<CampaignWorker>();
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
