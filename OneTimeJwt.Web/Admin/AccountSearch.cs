using System.Linq.Expressions;
using OneTimeJwt.Web.Links;

namespace OneTimeJwt.Web.Admin;

/// <summary>Conditions on accounts that are found; all have to hold.</summary>
[Flags]
public enum AccountFilters
{
    None = 0,
    Locked = 1,
    Unconfirmed = 2,
    NoPassword = 4,
    TwoFactor = 8,
    LinkOut = 16,
}

/// <summary>Where a search goes on: behind the row with this key in this stage.</summary>
public sealed record AccountCursor(int Stage, string Key, string Id);

/// <summary>An account in a list.</summary>
public sealed record AccountRow(
    string Id,
    string? Email,
    string? UserName,
    LockColumns Lock,
    bool Confirmed,
    bool HasPassword,
    bool TwoFactor);

/// <param name="Rows">A page of them, or fewer.</param>
/// <param name="Next">Where to go on; null at the end. A page that isn't full may go on: the
/// limit of examined accounts was reached.</param>
public sealed record FoundAccounts(IReadOnlyList<AccountRow> Rows, AccountCursor? Next);

/// <summary>
/// Finds accounts by the start of their address, user name or id, among any number of accounts: each of the three is a
/// stage, a range of an index, and stages are gone through one after the other. Nothing is counted and nothing skipped.
/// </summary>
public sealed class AccountSearch(
    IDbContextFactory<AccountsContext> contexts,
    ILookupNormalizer normalizer,
    OutstandingLinks links,
    TimeProvider time)
{
    public const int PageSize = 25;
    public const int MaxTextLength = 256;

    // How many accounts are tried against filters before there is an answer.
    private const int MaxExamined = 4_000;
    private const int MinIdLength = 4;

    public async Task<FoundAccounts> PageAsync(
        string text,
        AccountFilters filters,
        AccountCursor? after = null,
        int max = PageSize,
        CancellationToken cancellationToken = default)
    {
        await using var database = await contexts.CreateDbContextAsync(cancellationToken);
        var stages = Stages(database, text.Trim(), out var isFound);
        var mailed = filters.HasFlag(AccountFilters.LinkOut) ? await links.MailedAsync(database, cancellationToken) : null;
        // Found once, and not in each stage again.
        if (mailed is [_, ..] && isFound is not null)
            mailed = await Few(database.Users.Where(isFound), mailed).Select(account => account.Id).ToListAsync(cancellationToken);
        if (mailed is [])
            return new FoundAccounts([], Next: null);

        var rows = new List<AccountRow>();
        for (var i = after?.Stage ?? 0; i < stages.Count; i++, after = null)
        {
            var (found, next) = await InStageAsync(
                database, stages[i], i, filters, mailed, after, max - rows.Count, cancellationToken);
            rows.AddRange(found);
            if (next is not null)
                return new FoundAccounts(rows, next);
        }

        return new FoundAccounts(rows, Next: null);
    }

    private async Task<(List<AccountRow> Rows, AccountCursor? Next)> InStageAsync(
        AccountsContext database,
        SearchStage stage,
        int number,
        AccountFilters filters,
        List<string>? mailed,
        AccountCursor? after,
        int max,
        CancellationToken cancellationToken)
    {
        var candidates = stage.Of(database.Users.AsNoTracking(), after);
        if (mailed is not null)
        {
            candidates = links.Among(database, Few(candidates, mailed));
            filters &= ~AccountFilters.LinkOut;
        }

        var inOrder = stage.InOrder(candidates);
        var isNarrow = filters != AccountFilters.None;
        var matching = isNarrow ? stage.InOrder(Matching(database, inOrder.Take(MaxExamined), filters)) : inOrder;
        var rows = await matching
            .Take(max)
            .Select(account => new AccountRow(
                account.Id,
                account.Email,
                account.UserName,
                new LockColumns(account.LockoutEnabled, account.LockoutEnd, account.RecoveryState!.SecuredLock, account.IsInactive),
                account.EmailConfirmed,
                account.PasswordHash != null,
                account.TwoFactorEnabled))
            .ToListAsync(cancellationToken);
        if (rows.Count < max)
            return (rows, isNarrow ? await CursorAsync(inOrder.Skip(MaxExamined - 1), stage, number, cancellationToken) : null);

        var last = rows[^1].Id;
        return (
            rows,
            await CursorAsync(stage.InOrder(database.Users.Where(account => account.Id == last)), stage, number, cancellationToken));
    }

    // A bound that cuts nothing off has them found by their ids, and not on the way through a stage.
    private static IQueryable<Account> Few(IQueryable<Account> accounts, List<string> ids) => accounts
        .Where(account => EF.Parameter(ids).Contains(account.Id))
        .OrderBy(account => account.Id)
        .Take(ids.Count);

    private IQueryable<Account> Matching(AccountsContext database, IQueryable<Account> accounts, AccountFilters filters)
    {
        var now = time.GetUtcNow();
        if (filters.HasFlag(AccountFilters.Locked) && !database.Identity.HasLockout)
            accounts = accounts.Where(account => account.RecoveryState!.SecuredLock != null || account.IsInactive);
        else if (filters.HasFlag(AccountFilters.Locked))
            accounts = accounts.Where(account => (account.LockoutEnabled && account.LockoutEnd > now) || account.IsInactive);
        if (filters.HasFlag(AccountFilters.Unconfirmed))
            accounts = accounts.Where(account => !account.EmailConfirmed);
        if (filters.HasFlag(AccountFilters.NoPassword))
            accounts = accounts.Where(account => account.PasswordHash == null);
        if (filters.HasFlag(AccountFilters.TwoFactor))
            accounts = accounts.Where(account => account.TwoFactorEnabled);
        if (filters.HasFlag(AccountFilters.LinkOut))
            accounts = links.Among(database, accounts);
        return accounts;
    }

    /// <param name="database">What is searched.</param>
    /// <param name="text">What was typed.</param>
    /// <param name="isFound">What is in any of them; null where that is everything, or can't be asked at once.</param>
    private List<SearchStage> Stages(AccountsContext database, string text, out Expression<Func<Account, bool>>? isFound)
    {
        isFound = null;
        var (byEmail, byName, byId) = (
            AccountKeys.Of(database, nameof(Account.NormalizedEmail)),
            AccountKeys.Of(database, nameof(Account.NormalizedUserName)),
            AccountKeys.Of(database, nameof(Account.Id)));
        if (text.Length == 0)
            return
            [
                new(byEmail, byId, (accounts, from) => accounts.Where(byEmail.From(from ?? ""))),
                new(byId, byId, (accounts, from) => From(byId, accounts.Where(account => account.NormalizedEmail == null), from)),
            ];
        if (text.Length > MaxTextLength || !Addresses.CanBeNormalised(text))
            return [];

        // Other applications may normalise in lower case, and a domain has two forms.
        var starts = AddressForms.Of(text).Select(form => normalizer.NormalizeEmail(form)!);
        List<SearchPrefix> prefixes = [.. from spelling in starts.SelectMany(start => new[] { start, start.ToLowerInvariant() }).Distinct()
                                    from key in new[] { byEmail, byName }
                                    select new SearchPrefix(key, spelling, database.ComparesByCode)];
        // No index serves the start of a key that isn't a text.
        var isText = database.Identity.KeyType == AccountKeyType.String;
        if (isText && text.Length >= MinIdLength)
            prefixes.Add(new SearchPrefix(byId, text, database.ComparesByCode));

        if (isText)
            isFound = AccountKeys.Condition(prefixes.Select(prefix => prefix.Has).Aggregate(Expression.OrElse));

        // Each stage leaves out what the ones ahead of it show.
        IQueryable<Account> Rest(IQueryable<Account> accounts, int shown) =>
            prefixes.Take(shown).Aggregate(accounts, (rest, prefix) => prefix.Outside(rest));
        return
        [
            .. prefixes.Select((prefix, i) => new SearchStage(
                prefix.Key, byId, (accounts, from) => Rest(prefix.Within(accounts, from), i))),
            .. isText ? (SearchStage[])[] :
            [
                new SearchStage(
                    byId,
                    byId,
                    (accounts, from) => From(byId, Rest(accounts.Where(account => account.Id == text), prefixes.Count), from)),
            ],
        ];
    }

    private static IQueryable<Account> From(Expression<Func<Account, string?>> key, IQueryable<Account> accounts, string? from) =>
        from is null ? accounts : accounts.Where(key.From(from));

    private static async Task<AccountCursor?> CursorAsync(
        IQueryable<Account> inOrder,
        SearchStage stage,
        int number,
        CancellationToken cancellationToken) =>
        await inOrder.Select(account => account.Id).FirstOrDefaultAsync(cancellationToken) is { } id
            ? new AccountCursor(number, (await inOrder.Select(stage.Key).FirstAsync(cancellationToken))!, id)
            : null;
}
