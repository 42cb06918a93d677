using OneTimeJwt.Web.Admin;

namespace OneTimeJwt.Web.Campaigns;

internal static class CampaignsModule
{
    public static void AddCampaigns(this WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton<AccountListMatcher>();
        builder.Services.AddSingleton<CampaignDrafts>();
        builder.Services.AddSingleton<CampaignListWriter>();
        builder.Services.AddSingleton<GatheringLists>();
        builder.Services.AddSingleton<CampaignActions>();
        builder.Services.AddSingleton<CampaignReader>();
        builder.Services.AddSingleton<BulkEndpoints>();
        builder.Services.AddHostedService<CampaignWorker>();
        builder.Services.AddHostedService<CampaignGatherer>();
        builder.Services.AddScoped<InvitationSender>();
        builder.Services.AddScoped<InviteEndpoints>();
    }

    public static void MapCampaigns(this WebApplication app)
    {
        app.MapPage("/admin/bulk", (BulkEndpoints pages, HttpContext http) => pages.ShowAsync(http))
            .RequireAuthorization(ConsoleAccess.Policy);
        app.MapPost("/admin/bulk", (BulkEndpoints pages, HttpContext http) => pages.DraftAsync(http))
            .RequireAuthorization(ConsoleAccess.Policy);
        app.MapPage("/admin/invite", InviteEndpoints.Show).RequireAuthorization(ConsoleAccess.Policy);
        app.MapPost("/admin/invite", (InviteEndpoints pages, HttpContext http) => pages.SendAsync(http))
            .RequireAuthorization(ConsoleAccess.Policy);
        app.MapPage(
                "/admin/bulk/{id:guid}/result.csv",
                (BulkEndpoints pages, Guid id, CancellationToken cancellationToken) => pages.ResultAsync(id, cancellationToken))
            .RequireAuthorization(ConsoleAccess.Policy);
        app.MapPage(
                "/admin/bulk/{id:guid}/lines.csv",
                (BulkEndpoints pages, Guid id, CancellationToken cancellationToken) => pages.LinesAsync(id, cancellationToken))
            .RequireAuthorization(ConsoleAccess.Policy);
    }
}
