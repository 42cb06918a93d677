using System.Security.Claims;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using OneTimeJwt.Web.Admin;

namespace OneTimeJwt.Web.Api;

/// <summary>Finds and reads accounts, as the console does.</summary>
internal static class AccountOperations
{
    private const int MaxLimit = 100;

    /// <summary>The filters' words, as in the console's addresses.</summary>
    public static IReadOnlyList<string> Filters { get; } = [.. FilterTexts.All.Select(entry => entry.Word)];

    public static void Map(RouteGroupBuilder api)
    {
        api.MapGet("/accounts", FindAsync)
            .RequireScope(ApiScopes.Read)
            .WithName("findAccounts")
            .WithSummary("Finds accounts by the start of their address, user name or id.")
            .WithProblems(ApiProblems.BadCursor);
        api.MapGet("/accounts/{id}", ReadAsync)
            .RequireScope(ApiScopes.Read)
            .WithName("readAccount")
            .WithSummary("Reads an account: its state, links that are out, mails that wait, and what happened.")
            .WithProblems(ApiProblems.NoAccount);
    }

    /// <summary>The id as it is meant: a slash inside one arrives encoded.</summary>
    public static string Plain(string id) => id.Replace("%2F", "/", StringComparison.OrdinalIgnoreCase);

    private static async Task<Results<Ok<AccountListing>, ProblemHttpResult>> FindAsync(
        AccountSearch search,
        AccountLock accountLock,
        ApiCursors cursors,
        CancellationToken cancellationToken,
        [FromQuery] string query = "",
        [FromQuery] string[]? filter = null,
        [FromQuery] int limit = AccountSearch.PageSize,
        [FromQuery] string? cursor = null)
    {
        if (query.Length > AccountSearch.MaxTextLength)
            return ApiProblems.Of(ApiProblems.BadRequest, $"query is longer than {AccountSearch.MaxTextLength} characters.");
        if (limit is < 1 or > MaxLimit)
            return ApiProblems.Of(ApiProblems.BadRequest, $"limit has to be between 1 and {MaxLimit}.");
        if (filter?.All(Filters.Contains) == false)
            return ApiProblems.Of(ApiProblems.BadRequest, $"filter has to be one of {string.Join(", ", Filters)}.");
        if (!cursors.TryRead<AccountCursor>(cursor, out var after))
            return ApiProblems.Of(ApiProblems.BadCursor);

        var found = await search.PageAsync(query, FilterTexts.Parse(filter), after, limit, cancellationToken);
        return TypedResults.Ok(
            new AccountListing(
                [
                    .. found.Rows.Select(row => new AccountItem(
                        row.Id, row.Email, row.UserName, accountLock.Of(row.Lock), row.Confirmed, row.HasPassword, row.TwoFactor)),
                ],
                cursors.Write(found.Next)));
    }

    private static async Task<Results<Ok<AccountAnswer>, ProblemHttpResult>> ReadAsync(
        string id,
        ClaimsPrincipal user,
        AccountReader reader,
        AccountLock accountLock,
        ApiCursors cursors,
        CancellationToken cancellationToken)
    {
        if (await reader.ReadAsync(user, Plain(id), cancellationToken) is not { } read)
            return ApiProblems.Of(ApiProblems.NoAccount);

        var (account, state) = (read.Account, accountLock.Of(read.Account));
        return TypedResults.Ok(
            new AccountAnswer(
                new AccountItem(
                    account.Id, account.Email, account.UserName, state, account.EmailConfirmed, account.HasPassword,
                    account.TwoFactorEnabled),
                state == LockState.Open ? null : account.LockoutEnd,
                read.Role,
                read.Providers,
                read.Passkeys,
                read.LinksOut,
                read.ResetIsRequired,
                [
                    .. read.Queue.Select(mail => new WaitingMail(
                        mail.Id, mail.Kind, mail.RequestedAt, mail.DueAt, mail.Attempts, mail.Cause, mail.IsRefused)),
                ],
                [.. read.Trail.Lines.Select(TrailItem.Of)],
                cursors.Write(read.Trail.Next)));
    }
}
