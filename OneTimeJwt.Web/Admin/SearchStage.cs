using System.Linq.Expressions;
using System.Reflection;
using System.Text;

namespace OneTimeJwt.Web.Admin;

/// <summary>One range of an index that a search goes through, in order.</summary>
/// <param name="Key">What the index has in order.</param>
/// <param name="Id">What is in order where keys are equal.</param>
/// <param name="Among">What is in the range, from a key on where one is given.</param>
internal sealed record SearchStage(
    Expression<Func<Account, string?>> Key,
    Expression<Func<Account, string?>> Id,
    Func<IQueryable<Account>, string?, IQueryable<Account>> Among)
{
    public IQueryable<Account> InOrder(IQueryable<Account> accounts) => accounts.OrderBy(Key).ThenBy(Id);

    public IQueryable<Account> Of(IQueryable<Account> accounts, AccountCursor? after) => after is null
        ? Among(accounts, null)
        : Among(accounts, after.Key).Where(AccountKeys.Condition(Expression.OrElse(
            Key.Compared(ExpressionType.GreaterThan, after.Key),
            Id.Compared(ExpressionType.GreaterThan, after.Id))));
}

/// <summary>
/// Everything that starts with a text. Where characters are compared by code that is a range: from the text on, and below
/// the same text with a greater last character.
/// </summary>
internal sealed record SearchPrefix(Expression<Func<Account, string?>> Key, string Text, bool IsRange)
{
    private const int LastBeforeSurrogates = 0xD7FF;
    private const int FirstAfterSurrogates = 0xE000;

    private static readonly MethodInfo StartsWith = typeof(string).GetMethod(nameof(string.StartsWith), [typeof(string)])!;

    public Expression Has => IsRange
        ? Range(Text)
        : Expression.Call(Key.Body, StartsWith, AccountKeys.Parameter(Text));

    /// <param name="accounts">What is searched.</param>
    /// <param name="from">A key of the range where it goes on. SQLite enters an index by the first lower bound that it is told, so
    /// that with another one ahead of it every page would read all that came before.</param>
    public IQueryable<Account> Within(IQueryable<Account> accounts, string? from) =>
        from is null ? accounts.Where(AccountKeys.Condition(Has))
        : IsRange ? accounts.Where(AccountKeys.Condition(Range(string.CompareOrdinal(from, Text) > 0 ? from : Text)))
        : accounts.Where(Key.From(from)).Where(AccountKeys.Condition(Has));

    public IQueryable<Account> Outside(IQueryable<Account> accounts) => accounts.Where(AccountKeys.Condition(
        Expression.OrElse(Expression.Equal(Key.Body, Expression.Constant(null, typeof(string))), Expression.Not(Has))));

    private BinaryExpression Range(string from) => Expression.AndAlso(
        Key.Compared(ExpressionType.GreaterThanOrEqual, from),
        Key.Compared(ExpressionType.LessThan, End()));

    private string End()
    {
        Rune.DecodeLastFromUtf16(Text, out var last, out var length);
        return Text[..^length] + new Rune(last.Value == LastBeforeSurrogates ? FirstAfterSurrogates : last.Value + 1);
    }
}

/// <summary>Columns of accounts, and comparisons with them, as expressions that each database translates.</summary>
internal static class AccountKeys
{
    // One for all columns, so that conditions on several of them go together.
    private static readonly ParameterExpression Row = Expression.Parameter(typeof(Account), "account");

    private static readonly MethodInfo Comparison = typeof(string).GetMethod(nameof(string.Compare), [typeof(string), typeof(string)])!;
    private static readonly MethodInfo Collate = typeof(RelationalDbFunctionsExtensions)
        .GetMethod(nameof(RelationalDbFunctionsExtensions.Collate))!
        .MakeGenericMethod(typeof(string));

    /// <summary>A column, in the collation that this database is to search by.</summary>
    public static Expression<Func<Account, string?>> Of(AccountsContext database, string column)
    {
        Expression value = Expression.Property(Row, column);
        if (column == nameof(Account.Id))
            value = Expression.Call(AccountKey.TextMethod, value);
        if (database.SearchCollation is { } collation)
            value = Expression.Call(Collate, Expression.Constant(EF.Functions), value, Expression.Constant(collation));
        return Expression.Lambda<Func<Account, string?>>(value, Row);
    }

    public static Expression<Func<Account, bool>> Condition(Expression condition) =>
        Expression.Lambda<Func<Account, bool>>(condition, Row);

    public static Expression<Func<Account, bool>> From(this Expression<Func<Account, string?>> key, string value) =>
        Condition(key.Compared(ExpressionType.GreaterThanOrEqual, value));

    // Entity Framework translates string.Compare(a, b) into a comparison of the database's own.
    public static Expression Compared(this Expression<Func<Account, string?>> key, ExpressionType comparison, string value) =>
        Expression.MakeBinary(comparison, Expression.Call(Comparison, key.Body, Parameter(value)), Expression.Constant(0));

    // As a constant every text would be a query of its own.
    public static Expression Parameter(string value) =>
        Expression.Property(Expression.Constant(new Value(value)), nameof(Value.Text));

    private sealed record Value(string Text);
}
