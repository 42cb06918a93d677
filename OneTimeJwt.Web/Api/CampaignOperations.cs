using System.Globalization;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using OneTimeJwt.Web.Admin;
using OneTimeJwt.Web.Audit;
using OneTimeJwt.Web.Campaigns;

namespace OneTimeJwt.Web.Api;

/// <summary>Campaigns, as the console draws them up and steers them.</summary>
internal static class CampaignOperations
{
    private const string Path = "/campaigns";
    private const long MaxList = 16 * 1024 * 1024;

    private static readonly (string Path, CampaignAction Action, string Name, string Summary)[] Changes =
    [
        ("pause", CampaignAction.Pause, "pauseCampaign", "Releases no further accounts until it goes on."),
        ("resume", CampaignAction.Resume, "resumeCampaign", "Goes on with a paused campaign."),
        ("stop", CampaignAction.Stop, "stopCampaign", "Ends a campaign for good."),
    ];

    public static void Map(RouteGroupBuilder api)
    {
        api.MapGet(Path, ListAsync)
            .RequireScope(ApiScopes.Campaign)
            .WithName("listCampaigns")
            .WithSummary("Lists the latest campaigns.");
        api.MapGet(Path + "/{id:guid}", ReadAsync)
            .RequireScope(ApiScopes.Campaign)
            .WithName("readCampaign")
            .WithSummary("Reads a campaign and how far it has come.")
            .WithProblems(ApiProblems.NoCampaign);
        Steering(
            api.MapPost(Path, DraftAsync), MaxList, "draftCampaign", "Draws up a campaign. Nothing is sent before it is started.");
        Steering(
            api.MapPost(Path + "/{id:guid}/start", StartAsync), ActOperations.MaxBody, "startCampaign",
            "Starts a campaign. The number of its accounts confirms that it is the one that is meant.");
        foreach (var change in Changes)
            Steering(
                api.MapPost($"{Path}/{{id:guid}}/{change.Path}", Change(change.Path, change.Action)),
                ActOperations.MaxBody, change.Name, change.Summary);
    }

    private static void Steering(RouteHandlerBuilder operation, long maxBody, string name, string summary) => operation
        .RequireScope(ApiScopes.Campaign)
        .WithMetadata(new RequestSizeLimitAttribute(maxBody))
        .WithName(name)
        .WithSummary(summary)
        .WithProblems(
            ApiProblems.BadReason, ApiProblems.NoKey, ApiProblems.Refused, ApiProblems.NoCampaign, ApiProblems.CampaignImpossible,
            ApiProblems.TooLarge, ApiProblems.MediaType, ApiProblems.OtherRequest);

    private static async Task<Ok<CampaignListing>> ListAsync(CampaignReader reader, CancellationToken cancellationToken) =>
        TypedResults.Ok(new CampaignListing([.. (await reader.LatestAsync(cancellationToken)).Select(CampaignItem.Of)]));

    private static async Task<Results<Ok<CampaignAnswer>, ProblemHttpResult>> ReadAsync(
        Guid id, CampaignReader reader, CancellationToken cancellationToken) =>
        await reader.ReadAsync(id, cancellationToken) is { } read
            ? TypedResults.Ok(new CampaignAnswer(CampaignItem.Of(read.Campaign), read.Counts, read.StartedBy))
            : ApiProblems.Of(ApiProblems.NoCampaign);

    private static async Task<Results<Ok<CampaignDrafted>, ProblemHttpResult>> DraftAsync(
        CampaignRequest body,
        [FromHeader(Name = ActOperations.KeyHeader)] string? header,
        CampaignActions campaigns,
        CampaignReader reader,
        HttpContext http)
    {
        if (ActOperations.KeyOf(header) is not { } key)
            return ActOperations.NoKey();

        var byWhatTheyAre = !string.IsNullOrWhiteSpace(body.Query) || body.Filter is { Count: > 0 };
        if (byWhatTheyAre == body.Accounts is { Count: > 0 } || body.Accounts?.Contains(null!) == true)
            return ApiProblems.Of(ApiProblems.BadRequest, "Name the accounts, or say by query and filter which they are.");
        if (body.Query?.Length > AccountSearch.MaxTextLength || body.Filter?.All(AccountOperations.Filters.Contains) == false)
            return ApiProblems.Of(
                ApiProblems.BadRequest,
                $"query has at most {AccountSearch.MaxTextLength} characters, and filter {string.Join(", ", AccountOperations.Filters)}.");

        // One more than may be, which is refused where the console's lists are.
        var list = body.Accounts?
            .Select((name, i) => new InputRow(i + 1, name.Trim()))
            .Where(row => row.Name.Length > 0)
            .Take(CampaignActions.MaxAccounts + 1)
            .ToList();
        var choice = new CampaignSelection(
            body.Query?.Trim() ?? "", FilterTexts.Parse(body.Filter), byWhatTheyAre ? null : list);
        var outcome = await campaigns.DraftAsync(http.User, choice, body.RequiresReset, http.ClientAddress(), key, http.RequestAborted);
        if (!outcome.Done)
            return ApiProblems.Of(outcome, ApiProblems.NoCampaign, ApiProblems.CampaignImpossible);
        if (await reader.ReadAsync(outcome.EventId!.Value, http.RequestAborted) is not { Campaign: var campaign })
            return ApiProblems.Of(ApiProblems.NoCampaign);

        return TypedResults.Ok(
            new CampaignDrafted(campaign.Id, campaign.Accounts, campaign.Chosen, campaign.Unmatched, campaign.UnmatchedLines));
    }

    private static async Task<Results<Ok<CampaignChanged>, ProblemHttpResult>> StartAsync(
        Guid id,
        CampaignStartRequest body,
        [FromHeader(Name = ActOperations.KeyHeader)] string? header,
        CampaignActions campaigns,
        HttpContext http)
    {
        if (ActOperations.KeyOf(header) is not { } key)
            return ActOperations.NoKey();

        var start = new CampaignStart(
            body.Reason,
            body.Rate ?? CampaignActions.DefaultRate,
            body.Accounts.ToString(CultureInfo.InvariantCulture),
            http.ClientAddress());
        return Answer("start", id, await campaigns.StartAsync(http.User, id, start, key));
    }

    private static Delegate Change(string act, CampaignAction action) => async Task<Results<Ok<CampaignChanged>, ProblemHttpResult>> (
        Guid id,
        ActRequest body,
        [FromHeader(Name = ActOperations.KeyHeader)] string? header,
        CampaignActions campaigns,
        HttpContext http) =>
    {
        if (ActOperations.KeyOf(header) is not { } key)
            return ActOperations.NoKey();
        if (body.Reason.Trim() is not { Length: > 0 and <= RecoveryEvent.MaxReasonLength } reason)
            return ApiProblems.Of(ApiProblems.BadReason);

        return Answer(act, id, await campaigns.ChangeStateAsync(http.User, id, action, http.ClientAddress(), reason, key));
    };

    private static Results<Ok<CampaignChanged>, ProblemHttpResult> Answer(string act, Guid id, AdminActionOutcome outcome) =>
        outcome.Done
            ? TypedResults.Ok(new CampaignChanged(outcome.EventId!.Value, act, id, outcome.At!.Value))
            : ApiProblems.Of(outcome, ApiProblems.NoCampaign, ApiProblems.CampaignImpossible);
}
