using Microsoft.AspNetCore.Authorization;
using OneTimeJwt.Web.Audit;
using OneTimeJwt.Web.Links;
using OneTimeJwt.Web.Oidc;
using OneTimeJwt.Web.SignIn;

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
        builder.Services.AddSingleton<AccountActions>();
        builder.Services.AddSingleton<OwnerNotices>();
        builder.Services.AddSingleton<AdminActions>();
        builder.Services.AddSingleton<ApiKeys>();
        builder.Services.AddHostedService<ActAnswerRetention>();
        builder.Services.AddSingleton<SavedFilters>();
        builder.Services.AddHostedService<SavedFilterRetention>();
        builder.Services.AddSingleton<TrailReader>();
        builder.Services.AddSingleton<DashboardReader>();
        builder.Services.AddSingleton<ConsoleRoles>();
        builder.Services.AddSingleton<FindAdmins>(services => services.GetRequiredService<ConsoleRoles>().AdminsAsync);
        builder.Services.AddSingleton<NeedsSecondFactor>(services =>
            async id => await services.GetRequiredService<ConsoleRoles>().OfAsync(id) is not null);
        builder.Services.AddScoped<InvitedAccounts>();
        builder.Services.AddScoped<AdminInvitation>();
        builder.Services.AddSingleton<IAuthorizationHandler, ConsoleAccessHandler>();
        builder.Services.AddSingleton<IAuthorizationMiddlewareResultHandler, SecondFactorRedirect>();
        foreach (var (name, role) in ConsoleAccess.Policies)
        {
            builder.Services.AddAuthorizationBuilder().AddPolicy(name, policy =>
            {
                policy.AddRequirements(new ConsoleAccess(role));
                if (OidcSettings.IsSet(builder.Configuration))
                    policy.AddAuthenticationSchemes(OidcModule.Console);
            });
        }
    }

    public static void MapAdmin(this WebApplication app)
    {
        app.MapPage("/admin/trail.csv", TrailExport.DownloadAsync).RequireAuthorization(ConsoleAccess.TrailPolicy);
        // Asked by open pages of the console that have lost their connection.
        app.MapPage("/admin/reachable", () => Results.NoContent()).RequireAuthorization(ConsoleAccess.TrailPolicy);
        app.MapRazorComponents<ConsoleApp>()
            .AddInteractiveServerRenderMode(options => options.ContentSecurityFrameAncestorsPolicy = null)
            .Add(Restrict);
    }

    private static void Restrict(EndpointBuilder endpoint)
    {
        if (endpoint is not RouteEndpointBuilder { RoutePattern.RawText: { } route })
            return;

        // Only the console has circuits: other users must not be able to hold connections open.
        if (route.StartsWith("/_blazor", StringComparison.Ordinal))
            endpoint.Metadata.Add(new AuthorizeAttribute(ConsoleAccess.TrailPolicy));

        // Pages of the console send no forms, since their actions travel over the circuit; HEAD is answered like GET.
        if (route.StartsWith("/admin", StringComparison.Ordinal)
            && endpoint.Metadata.OfType<HttpMethodMetadata>().LastOrDefault() is { } methods
            && methods.HttpMethods.Contains(HttpMethods.Post))
        {
            endpoint.Metadata.Remove(methods);
            endpoint.Metadata.Add(new HttpMethodMetadata([HttpMethods.Get, HttpMethods.Head]));
        }
    }
}
