using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using OneTimeJwt.Web.Audit;

namespace OneTimeJwt.Web.Api;

/// <summary>Reads the trail.</summary>
internal static class TrailOperations
{
    private const int MaxLimit = 200;

    public static void Map(RouteGroupBuilder api) =>
        api.MapGet("/trail", ReadAsync)
            .RequireScope(ApiScopes.Trail)
            .WithName("readTrail")
            .WithSummary("Reads the trail, the newest lines first. Account and actor are an id or an address.")
            .WithProblems(ApiProblems.BadCursor);

    private static async Task<Results<Ok<TrailListing>, ProblemHttpResult>> ReadAsync(
        TrailReader reader,
        ApiCursors cursors,
        CancellationToken cancellationToken,
        [FromQuery] string? account = null,
        [FromQuery] string? actor = null,
        [FromQuery] string? kind = null,
        [FromQuery] DateTimeOffset? from = null,
        [FromQuery] DateTimeOffset? to = null,
        [FromQuery] string? link = null,
        [FromQuery] Guid? campaign = null,
        [FromQuery] int limit = TrailReader.PageSize,
        [FromQuery] string? cursor = null)
    {
        if (account?.Length > ColumnLength.Id || actor?.Length > ColumnLength.Id || link?.Length > ColumnLength.Id)
            return ApiProblems.Of(ApiProblems.BadRequest, $"account, actor and link have at most {ColumnLength.Id} characters.");
        var known = RecoveryEventKind.Requested;
        if (kind is not null && !EventNames.Kinds.TryGetValue(kind, out known))
            return ApiProblems.Of(ApiProblems.BadRequest, "kind has to be one that the trail has, as in its lines.");
        if (limit is < 1 or > MaxLimit)
            return ApiProblems.Of(ApiProblems.BadRequest, $"limit has to be between 1 and {MaxLimit}.");
        if (!cursors.TryRead<TrailCursor>(cursor, out var after))
            return ApiProblems.Of(ApiProblems.BadCursor);

        var query = new TrailQuery(
            Text(account), Text(actor), kind is null ? null : known, from?.ToUniversalTime(), to?.ToUniversalTime(),
            Text(link)?.ToLowerInvariant(), campaign);
        var lines = await reader.PageAsync(query, after, limit, cancellationToken);
        return TypedResults.Ok(new TrailListing([.. lines.Lines.Select(TrailItem.Of)], cursors.Write(lines.Next)));
    }

    private static string? Text(string? text) => text?.Trim() is { Length: > 0 } trimmed ? trimmed : null;
}
