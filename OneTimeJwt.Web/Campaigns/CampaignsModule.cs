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
        builder.Services.AddHostedService<CampaignWorker>();
        builder.Services.AddHostedService<CampaignGatherer>();
        builder.Services.AddScoped<InvitationSender>();
    }

    public static void MapCampaigns(this WebApplication app)
    {
        var console = app.MapGroup("").RequireAuthorization(ConsoleAccess.Policy);
        console.MapPage("/admin/bulk", BulkEndpoints.ShowAsync);
        console.MapPost("/admin/bulk", BulkEndpoints.DraftAsync);
        console.MapPage("/admin/bulk/{id:guid}/result.csv", BulkEndpoints.ResultAsync);
        console.MapPage("/admin/bulk/{id:guid}/lines.csv", BulkEndpoints.LinesAsync);
        console.MapPage("/admin/invite", InviteEndpoints.Show);
        console.MapPost("/admin/invite", InviteEndpoints.SendAsync);
    }
}
