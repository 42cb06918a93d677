using System.Linq.Expressions;
using System.Reflection;
using System.Text;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using OneTimeJwt.Web.Accounts;
using OneTimeJwt.Web.Database;
using OneTimeJwt.Web.Links;

namespace OneTimeJwt.Web.Admin;

/// <summary>What an account has to be to be found; all of them at once.</summary>
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

/// <summary>Where a search goes on: behind the row with this key in this lane.</summary>
public sealed record AccountCursor(int Lane, string Key, string Id);

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
/// <param name="Next">Where to go on; null at the end. A page that isn't full may go on: so many accounts were looked
/// at that it was time to answer.</param>
public sealed record FoundAccounts(IReadOnlyList<AccountRow> Rows, AccountCursor? Next);

/// <summary>
/// Finds accounts by the start of their address, user name or id, on any number of accounts: each of the three is a
/// lane, a range of an index, and lanes are gone through one after the other. Nothing is counted and nothing skipped.
/// </summary>
public sealed class AccountSearch(
    IDbContextFactory<AccountsContext> contexts,
    ILookupNormalizer normalizer,
    OutstandingLinks links,
    TimeProvider time)
{
    public const int PageSize = 25;
    public const int MaxTextLength = 256;

    // So many accounts are tried against filters before there is an answer.
    private const int MaxExamined = 4_000;
    private const int MinIdLength = 4;

    private const int LastBeforeSurrogates = 0xD7FF;
    private const int FirstAfterSurrogates = 0xE000;

    // One for all columns, so that conditions on several of them go together.
    private static readonly ParameterExpression Row = Expression.Parameter(typeof(Account), "account");

    private static readonly MethodInfo Comparison = typeof(string).GetMethod(nameof(string.Compare), [typeof(string), typeof(string)])!;
    private static readonly MethodInfo StartsWith = typeof(string).GetMethod(nameof(string.StartsWith), [typeof(string)])!;
    private static readonly MethodInfo Collate = typeof(RelationalDbFunctionsExtensions)
        .GetMethod(nameof(RelationalDbFunctionsExtensions.Collate))!
        .MakeGenericMethod(typeof(string));

    public async Task<FoundAccounts> PageAsync(
        string text,
        AccountFilters filters,
        AccountCursor? after = null,
        int most = PageSize,
        CancellationToken cancellationToken = default)
    {
        await using var database = await contexts.CreateDbContextAsync(cancellationToken);
        var lanes = Lanes(database, text.Trim());
        var rows = new List<AccountRow>();
        for (var lane = after?.Lane ?? 0; lane < lanes.Count; lane++, after = null)
        {
            var (found, next) = await InLaneAsync(database, lanes[lane], lane, filters, after, most - rows.Count, cancellationToken);
            rows.AddRange(found);
            if (next is not null)
                return new FoundAccounts(rows, next);
        }

        return new FoundAccounts(rows, Next: null);
    }

    private async Task<(List<AccountRow> Rows, AccountCursor? Next)> InLaneAsync(
        AccountsContext database,
        SearchStage lane,
        int number,
        AccountFilters filters,
        AccountCursor? after,
        int most,
        CancellationToken cancellationToken)
    {
        var candidates = lane.Among(database.Users.AsNoTracking());
        if (filters.HasFlag(AccountFilters.LinkOut))
            candidates = candidates.Where(account => links.In(database).Select(mail => mail.AccountId).Contains(account.Id));
        if (after is not null)
            candidates = Behind(candidates, lane, after);

        var inOrder = InOrder(candidates, lane);
        var isNarrow = (filters & ~AccountFilters.LinkOut) != AccountFilters.None;
        var matching = isNarrow ? InOrder(Matching(inOrder.Take(MaxExamined), filters), lane) : inOrder;
        var rows = await matching
            .Take(most)
            .Select(account => new AccountRow(
                account.Id,
                account.Email,
                account.UserName,
                new LockColumns(account.LockoutEnabled, account.LockoutEnd, account.Own!.SecuredLock),
                account.EmailConfirmed,
                account.PasswordHash != null,
                account.TwoFactorEnabled))
            .ToListAsync(cancellationToken);
        if (rows.Count < most)
            return (rows, isNarrow ? await CursorAsync(inOrder.Skip(MaxExamined - 1), lane, number, cancellationToken) : null);

        var last = rows[^1].Id;
        return (
            rows,
            await CursorAsync(InOrder(database.Users.Where(account => account.Id == last), lane), lane, number, cancellationToken));
    }

    private IQueryable<Account> Matching(IQueryable<Account> accounts, AccountFilters filters)
    {
        var now = time.GetUtcNow();
        if (filters.HasFlag(AccountFilters.Locked))
            accounts = accounts.Where(account => account.LockoutEnabled && account.LockoutEnd > now);
        if (filters.HasFlag(AccountFilters.Unconfirmed))
            accounts = accounts.Where(account => !account.EmailConfirmed);
        if (filters.HasFlag(AccountFilters.NoPassword))
            accounts = accounts.Where(account => account.PasswordHash == null);
        if (filters.HasFlag(AccountFilters.TwoFactor))
            accounts = accounts.Where(account => account.TwoFactorEnabled);
        return accounts;
    }

    private List<SearchStage> Lanes(AccountsContext database, string text)
    {
        var (byEmail, byName, byId) = (
            Key(database, nameof(Account.NormalizedEmail)),
            Key(database, nameof(Account.NormalizedUserName)),
            Key(database, nameof(Account.Id)));
        if (text.Length == 0)
            return
            [
                new(byEmail, byId, accounts => accounts.Where(Lambda(Compared(byEmail, ExpressionType.GreaterThanOrEqual, "")))),
                new(byId, byId, accounts => accounts.Where(account => account.NormalizedEmail == null)),
            ];
        if (text.Length > MaxTextLength || !Addresses.CanBeNormalised(text))
            return [];

        // Other applications may normalise in lower case, and a domain has two forms.
        var starts = AddressForms.Of(text).Select(form => normalizer.NormalizeEmail(form)!);
        List<Prefix> prefixes = [.. from spelling in starts.SelectMany(start => new[] { start, start.ToLowerInvariant() }).Distinct()
                                    from key in new[] { byEmail, byName }
                                    select new Prefix(key, spelling, database.ComparesByCode)];
        if (text.Length >= MinIdLength)
            prefixes.Add(new Prefix(byId, text, database.ComparesByCode));

        // Each lane leaves out what the ones ahead of it show.
        return
        [
            .. prefixes.Select(
                (prefix, i) =>
                    new SearchStage(
                        prefix.Key,
                        byId,
                        accounts => prefixes.Take(i).Aggregate(prefix.Within(accounts), (rest, shown) => shown.Outside(rest)))),
        ];
    }

    private static async Task<AccountCursor?> CursorAsync(
        IQueryable<Account> inOrder,
        SearchStage lane,
        int number,
        CancellationToken cancellationToken)
    {
        return await inOrder.Select(account => account.Id).FirstOrDefaultAsync(cancellationToken) is { } id
            ? new AccountCursor(number, (await inOrder.Select(lane.Key).FirstAsync(cancellationToken))!, id)
            : null;
    }

    // A column as this database has to be told to compare it.
    private static Expression<Func<Account, string?>> Key(AccountsContext database, string column)
    {
        Expression value = Expression.Property(Row, column);
        if (database.SearchCollation is { } collation)
            value = Expression.Call(Collate, Expression.Constant(EF.Functions), value, Expression.Constant(collation));
        return Expression.Lambda<Func<Account, string?>>(value, Row);
    }

    private static IQueryable<Account> InOrder(IQueryable<Account> accounts, SearchStage lane) =>
        accounts.OrderBy(lane.Key).ThenBy(lane.Id);

    // The first condition is what the index is entered by.
    private static IQueryable<Account> Behind(IQueryable<Account> accounts, SearchStage lane, AccountCursor after)
    {
        var isLater = Compared(lane.Key, ExpressionType.GreaterThan, after.Key);
        var hasLaterId = Compared(lane.Id, ExpressionType.GreaterThan, after.Id);
        return accounts
            .Where(Lambda(Compared(lane.Key, ExpressionType.GreaterThanOrEqual, after.Key)))
            .Where(Lambda(Expression.OrElse(isLater, hasLaterId)));
    }

    private static Expression<Func<Account, bool>> Lambda(Expression condition) => Expression.Lambda<Func<Account, bool>>(condition, Row);

    // Entity Framework translates string.Compare(a, b) into a comparison of the database's own. The value is a
    // parameter: as a constant every text would be a query of its own.
    private static BinaryExpression Compared(Expression<Func<Account, string?>> key, ExpressionType comparison, string value) =>
        Expression.MakeBinary(comparison, Expression.Call(Comparison, key.Body, Parameter(value)), Expression.Constant(0));

    private sealed record Value(string Text);

    private static MemberExpression Parameter(string value) =>
        Expression.Property(Expression.Constant(new Value(value)), nameof(Value.Text));

    private sealed record SearchStage(
        Expression<Func<Account, string?>> Key,
        Expression<Func<Account, string?>> Id,
        Func<IQueryable<Account>, IQueryable<Account>> Among);

    /// <summary>
    /// Everything that starts with a text. Where characters are compared by code that is a range: from the text on, and
    /// below the same text with a greater last character.
    /// </summary>
    private sealed record Prefix(Expression<Func<Account, string?>> Key, string Text, bool IsRange)
    {
        private Expression Has => IsRange
            ? Expression.AndAlso(Compared(Key, ExpressionType.GreaterThanOrEqual, Text), Compared(Key, ExpressionType.LessThan, End()))
            : Expression.Call(Key.Body, StartsWith, Parameter(Text));

        public IQueryable<Account> Within(IQueryable<Account> accounts) => accounts.Where(Lambda(Has));

        public IQueryable<Account> Outside(IQueryable<Account> accounts) => accounts
            .Where(Lambda(Expression.OrElse(Expression.Equal(Key.Body, Expression.Constant(null, typeof(string))), Expression.Not(Has))));

        private string End()
        {
            Rune.DecodeLastFromUtf16(Text, out var last, out var length);
            return Text[..^length] + new Rune(last.Value == LastBeforeSurrogates ? FirstAfterSurrogates : last.Value + 1);
        }
    }
}
