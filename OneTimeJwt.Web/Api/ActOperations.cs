using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using OneTimeJwt.Web.Admin;

namespace OneTimeJwt.Web.Api;

/// <summary>An act as the API calls it.</summary>
/// <param name="Path">The end of its address.</param>
/// <param name="Action">What the console calls it.</param>
/// <param name="Name">The operation's name.</param>
/// <param name="Summary">What it does.</param>
internal sealed record ApiAct(string Path, AdminAction Action, string Name, string Summary);

/// <summary>Acts on accounts, by the console's rules and in its transaction, each once for each Idempotency-Key.</summary>
internal static class ActOperations
{
    public const string KeyHeader = "Idempotency-Key";
    public const int MaxKeyLength = 255;

    public const long MaxBody = 16 * 1024;

    public static readonly ApiAct[] All =
    [
        new("send-link", AdminAction.SendLink, "sendLink", "Mails a link to choose a new password to the account's own address."),
        new("confirm-address", AdminAction.ConfirmAddress, "confirmAddress", "Mails a link by which the owner confirms the address."),
        new("revoke-links", AdminAction.RevokeLinks, "revokeLinks", "Ends all links that are out, and signs the account out everywhere."),
        new("require-reset", AdminAction.RequireReset, "requireReset", "Makes the password unusable, and mails a link to choose another."),
        new("lock", AdminAction.Lock, "lockAccount", "Lets nobody sign in to the account until it is unlocked."),
        new("unlock", AdminAction.Unlock, "unlockAccount", "Lets the account sign in again."),
        new(
            "reset-two-factor", AdminAction.ResetTwoFactor, "resetTwoFactor",
            "Removes authenticator app, recovery codes and passkeys, and tells the owner."),
    ];

    public static void Map(RouteGroupBuilder api)
    {
        foreach (var act in All)
            api.MapPost($"/accounts/{{id}}/{act.Path}", Handler(act))
                .RequireScope(ApiScopes.Act)
                .WithMetadata(new RequestSizeLimitAttribute(MaxBody))
                .WithName(act.Name)
                .WithSummary(act.Summary)
                .WithProblems(
                    ApiProblems.BadReason, ApiProblems.NoKey, ApiProblems.Refused, ApiProblems.NoAccount, ApiProblems.Impossible,
                    ApiProblems.TooLarge, ApiProblems.MediaType, ApiProblems.OtherRequest, ApiProblems.OverBudget);
    }

    /// <returns>The key, quoted as a structured field (RFC 9651, section 3.3.3) or bare; null where there is none that could be.</returns>
    public static string? KeyOf(string? header)
    {
        var text = header?.Trim() ?? "";
        if (text.Length >= 2 && text[0] == '"' && text[^1] == '"')
            text = text[1..^1];
        return text.Length is > 0 and <= MaxKeyLength && text.All(letter => letter is > ' ' and <= '~' and not '"' and not '\\')
            ? text
            : null;
    }

    public static ProblemHttpResult NoKey() => ApiProblems.Of(
        ApiProblems.NoKey,
        $"Send {KeyHeader} with a value of your own for each act, a UUID say: at most {MaxKeyLength} visible characters.");

    private static Delegate Handler(ApiAct act) => async Task<Results<Ok<ActDone>, ProblemHttpResult>> (
        string id, ActRequest body, [FromHeader(Name = KeyHeader)] string? header, AdminActions actions, HttpContext http) =>
    {
        if (KeyOf(header) is not { } key)
            return NoKey();

        id = AccountOperations.Plain(id);
        var outcome = await actions.DoAsync(http.User, new AdminActionRequest(act.Action, id, body.Reason, http.ClientAddress(), key));
        if (outcome.RetryAfter is { } wait)
            ErrorResponses.RetryAfter(http, wait);
        return outcome.Done
            ? TypedResults.Ok(new ActDone(outcome.EventId!.Value, act.Path, id, outcome.At!.Value, outcome.Message))
            : ApiProblems.Of(outcome, ApiProblems.NoAccount, ApiProblems.Impossible);
    };
}
