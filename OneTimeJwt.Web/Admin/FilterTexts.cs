namespace OneTimeJwt.Web.Admin;

/// <summary>Filters as they stand in addresses and on pages.</summary>
internal static class FilterTexts
{
    public static IReadOnlyList<(AccountFilters Filter, string Word, string Name)> All =>
    [
        (AccountFilters.Locked, "locked", Words.FilterLocked),
        (AccountFilters.Unconfirmed, "unconfirmed", Words.FilterUnconfirmed),
        (AccountFilters.NoPassword, "no-password", Words.FilterNoPassword),
        (AccountFilters.TwoFactor, "two-factor", Words.FilterTwoFactor),
        (AccountFilters.LinkOut, "link-out", Words.FilterLinkOut),
    ];

    /// <summary>Unknown words are ignored.</summary>
    public static AccountFilters Parse(IEnumerable<string?>? words) =>
        All.Where(known => words?.Contains(known.Word) == true).Aggregate(AccountFilters.None, (filters, known) => filters | known.Filter);

    public static IEnumerable<string> Of(AccountFilters filters) =>
        All.Where(known => filters.HasFlag(known.Filter)).Select(known => known.Word);

    public static string ListOf(AccountFilters filters) =>
        string.Join(", ", All.Where(known => filters.HasFlag(known.Filter)).Select(known => known.Name.ToLowerInvariant()));
}
