namespace OneTimeJwt.Web.Admin;

/// <summary>Filters as they stand in addresses and on pages.</summary>
internal static class FilterWords
{
    public static readonly IReadOnlyList<(AccountFilters Filter, string Word, string Name)> All =
    [
        (AccountFilters.Locked, "locked", "Locked"),
        (AccountFilters.Unconfirmed, "unconfirmed", "Unconfirmed"),
        (AccountFilters.NoPassword, "no-password", "No password"),
        (AccountFilters.TwoFactor, "two-factor", "Two-factor on"),
        (AccountFilters.LinkOut, "link-out", "Link out"),
    ];

    /// <summary>Words that stand for nothing are passed over.</summary>
    public static AccountFilters Parse(IEnumerable<string?>? words) =>
        All.Where(known => words?.Contains(known.Word) == true).Aggregate(AccountFilters.None, (filters, known) => filters | known.Filter);

    public static IEnumerable<string> Words(AccountFilters filters) => All.Where(known => filters.HasFlag(known.Filter)).Select(known => known.Word);

    public static string InWords(AccountFilters filters) => string.Join(", ", All.Where(known => filters.HasFlag(known.Filter)).Select(known => known.Name.ToLowerInvariant()));
}
