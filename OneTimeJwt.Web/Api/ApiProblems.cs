using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Http.HttpResults;
using OneTimeJwt.Web.Admin;

namespace OneTimeJwt.Web.Api;

/// <summary>A kind of failure (RFC 9457, section 3.1.1). Names and statuses stay as they are.</summary>
/// <param name="Name">The end of its URI.</param>
/// <param name="Status">The status that it comes with.</param>
/// <param name="Title">What it is, the same each time.</param>
internal sealed record ProblemType(string Name, int Status, string Title)
{
    public const string Prefix = "urn:problem-type:one-time-jwt:";

    public string Uri => Prefix + Name;
}

/// <summary>All answers of the API that aren't a success. docs/API.md has the same table.</summary>
internal static partial class ApiProblems
{
    public static readonly ProblemType BadRequest = new("bad-request", 400, "The request can't be read.");
    public static readonly ProblemType BadCursor = new("bad-cursor", 400, "The cursor is none of this list's.");
    public static readonly ProblemType BadReason = new("bad-reason", 400, "An act needs a reason.");
    public static readonly ProblemType NoKey = new("idempotency-key-missing", 400, "An act needs an Idempotency-Key.");
    public static readonly ProblemType Unauthenticated = new("unauthenticated", 401, "A key or a token is needed.");
    public static readonly ProblemType Scope = new("insufficient-scope", 403, "The key or the token may not use this operation.");
    public static readonly ProblemType Refused = new("act-refused", 403, "The act is not allowed, and the attempt was recorded.");
    public static readonly ProblemType NotFound = new("not-found", 404, "There is nothing at this address.");
    public static readonly ProblemType NoAccount = new("no-such-account", 404, "There is no such account.");
    public static readonly ProblemType NoCampaign = new("no-such-campaign", 404, "There is no such campaign.");
    public static readonly ProblemType Method = new("method-not-allowed", 405, "This address has no such method.");
    public static readonly ProblemType Impossible = new("act-impossible", 409, "The account is in no state for this act.");
    public static readonly ProblemType CampaignImpossible = new("campaign-impossible", 409, "The campaign is in no state for this.");
    public static readonly ProblemType TooLarge = new("too-large", 413, "The body is too large.");
    public static readonly ProblemType MediaType = new("unsupported-media-type", 415, "The body has to be JSON.");
    public static readonly ProblemType OtherRequest = new("idempotency-key-reused", 422, "The Idempotency-Key belongs to another request.");
    public static readonly ProblemType OverBudget = new("over-budget", 429, "As many mails as one may trigger were triggered.");
    public static readonly ProblemType Fault = new("fault", 500, "Something went wrong here.");
    public static readonly ProblemType Unavailable = new("unavailable", 503, "It can't be done now: try again.");

    public const string ContentType = "application/problem+json";

    public static IReadOnlyList<ProblemType> All { get; } =
    [
        BadRequest, BadCursor, BadReason, NoKey, Unauthenticated, Scope, Refused, NotFound, NoAccount, NoCampaign, Method, Impossible,
        CampaignImpossible, TooLarge, MediaType, OtherRequest, OverBudget, Fault, Unavailable,
    ];

    public static ProblemHttpResult Of(ProblemType type, string? detail = null) =>
        TypedResults.Problem(detail, statusCode: type.Status, title: type.Title, type: type.Uri);

    /// <param name="outcome">One that isn't done.</param>
    /// <param name="notFound">What it is where there is nothing of that id.</param>
    /// <param name="impossible">What it is where that is in no state for it.</param>
    public static ProblemHttpResult Of(AdminActionOutcome outcome, ProblemType notFound, ProblemType impossible) => outcome.Result switch
    {
        AdminActionResult.BadReason => Of(BadReason, outcome.Message),
        AdminActionResult.NotFound => Of(notFound),
        AdminActionResult.Refused => Of(Refused, outcome.Message),
        AdminActionResult.OverBudget => Of(OverBudget, outcome.Message),
        AdminActionResult.OtherRequest => Of(OtherRequest),
        _ => Of(impossible, outcome.Message),
    };

    /// <summary>For what ended without a body: in the pipeline, in authentication, or by an exception.</summary>
    public static Task WriteAsync(HttpContext context)
    {
        var status = context.Response.StatusCode;
        var type = All.FirstOrDefault(known => known.Status == status) ?? (status < 500 ? BadRequest : Fault);
        string? detail = null;
        if (status == StatusCodes.Status503ServiceUnavailable)
            context.Response.Headers.RetryAfter = ErrorResponses.RetryAfterSeconds;
        if (type == BadRequest)
            detail = DetailOf(context.Features.Get<IExceptionHandlerFeature>()?.Error);
        if (type == Scope && context.GetEndpoint()?.Metadata.GetMetadata<RequiredScope>() is { } scope)
        {
            // RFC 6750, section 3.1.
            context.Response.Headers.WWWAuthenticate = $"Bearer error=\"insufficient_scope\", scope=\"{scope.Name}\"";
            detail = $"It needs the scope {scope.Name}.";
        }

        var problem = Of(type, detail);
        problem.ProblemDetails.Status = status;
        return problem.ExecuteAsync(context);
    }

    // What can't be read is named, and neither repeated nor called by names of the code.
    private static string? DetailOf(Exception? fault) => fault switch
    {
        BadHttpRequestException { InnerException: JsonException { Path: { Length: <= 200 } path } } => $"The body can't be read at {path}.",
        BadHttpRequestException { InnerException: JsonException } => "The body can't be read.",
        BadHttpRequestException { Message: var message } when Parameter().Match(message) is { Success: true } match =>
            $"The parameter {match.Groups[1].Value} is missing or can't be read.",
        _ => null,
    };

    [GeneratedRegex("""parameter "(?:[^"]* )?(\w+)" """)]
    private static partial Regex Parameter();
}
