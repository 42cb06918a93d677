using System.Globalization;
using CsvHelper;
using OneTimeJwt.Web.Admin;

namespace OneTimeJwt.Web.Campaigns;

/// <summary>One line of a list: its number, and what should name an account.</summary>
public sealed record InputRow(int Line, string Name);

/// <summary>How the accounts of a campaign are chosen: by what they are, or by a list.</summary>
public sealed record CampaignSelection(string Text, AccountFilters Filters, IReadOnlyList<InputRow>? List);

/// <param name="Line">Its number; null where the accounts were chosen by what they are.</param>
/// <param name="AccountIds">What it matches.</param>
public sealed record MatchedLine(int? Line, IReadOnlyList<string> AccountIds);

/// <summary>Part of what a campaign is for.</summary>
/// <param name="Lines">In order.</param>
/// <param name="From">How many lines of a list are ahead of the next part.</param>
/// <param name="Cursor">Where a search goes on.</param>
/// <param name="IsLast">Whether there is no next part.</param>
public sealed record MatchedPiece(IReadOnlyList<MatchedLine> Lines, int From, AccountCursor? Cursor, bool IsLast);

/// <summary>Finds the accounts that a campaign is for.</summary>
public sealed class AccountListMatcher(IDbContextFactory<AccountsContext> contexts, AccountLookup lookup, AccountSearch search)
{
    private const int NamesAtOnce = 500;
    private const int RowsAtOnce = 1_000;

    private static readonly string[] Headers =
    [
        "email",
        "e-mail",
        "mail",
        "email address",
        "e-mail address",
        "username",
        "user name",
        "id",
        "account",
    ];

    /// <summary>A list as it was pasted: one name a line.</summary>
    public static IReadOnlyList<InputRow> ReadLines(string text) =>
    [
        .. text.ReplaceLineEndings("\n").Split('\n', StringSplitOptions.TrimEntries)
            .Select((line, i) => new InputRow(i + 1, line))
            .Where(row => row.Name.Length > 0),
    ];

    /// <summary>A list as CSV: the column that is headed e-mail, user name or id, else the first.</summary>
    /// <exception cref="CsvFormatException">It can't be read.</exception>
    public static async Task<IReadOnlyList<InputRow>> ReadCsvAsync(Stream file, CancellationToken cancellationToken)
    {
        await using var csv = CsvReader.Create(
            file,
            new CsvReaderOptions
            {
                HasHeader = false,
                TrackLineNumbers = true,
                TrimWhitespace = true,
                MaxRecordSize = 64 * 1024,
                IncludeValuesInExceptions = false,
            },
            leaveOpen: true);
        var names = new List<InputRow>();
        var column = -1;
        while (names.Count <= CampaignActions.MaxAccounts && await csv.ReadAsync(cancellationToken))
        {
            if (column < 0)
            {
                column = Enumerable
                    .Range(0, csv.FieldCount)
                    .FirstOrDefault(i => Headers.Contains(csv.GetString(i).Trim().ToLowerInvariant()), -1);
                if (column >= 0)
                    continue;
                column = 0;
            }

            var name = csv.FieldCount > column ? csv.GetString(column).Trim() : "";
            if (name.Length > 0)
                names.Add(new InputRow((int)csv.LineNumber, name));
        }

        return names;
    }

    /// <summary>How they were chosen, in words.</summary>
    public static string DisplayText(CampaignSelection choice)
    {
        if (choice.List is not null)
            return string.Create(CultureInfo.InvariantCulture, $"a list of {choice.List.Count:N0} lines");

        var start = choice.Text.Length == 0 ? "" : $" that start with “{choice.Text}”";
        var filters = choice.Filters == AccountFilters.None
            ? ""
            : $" with: {InvariantText.InEnglish(() => FilterTexts.ListOf(choice.Filters))}";
        return $"accounts{start}{filters}";
    }

    /// <returns>The first part; null where all of it takes longer than somebody waits for a page.</returns>
    public async Task<MatchedPiece?> FirstOfShortAsync(CampaignSelection choice, CancellationToken cancellationToken)
    {
        if (choice.List is { Count: > RowsAtOnce })
            return null;

        var first = await NextAsync(choice, after: null, cancellationToken);
        return choice.List is not null || first.IsLast ? first : null;
    }

    /// <param name="choice">Which accounts.</param>
    /// <param name="after">The part before; null at the start.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task<MatchedPiece> NextAsync(CampaignSelection choice, MatchedPiece? after, CancellationToken cancellationToken)
    {
        if (choice.List is null)
        {
            var found = await search.PageAsync(choice.Text, choice.Filters, after?.Cursor, RowsAtOnce, cancellationToken);
            return new MatchedPiece(
                [.. found.Rows.Select(row => new MatchedLine(Line: null, [row.Id]))], From: 0, found.Next, found.Next is null);
        }

        var from = after?.From ?? 0;
        InputRow[] piece = [.. choice.List.Skip(from).Take(NamesAtOnce)];
        await using var database = await contexts.CreateDbContextAsync(cancellationToken);
        var lines = await MatchAsync(database, piece, cancellationToken);
        from += piece.Length;
        return new MatchedPiece(lines, from, Cursor: null, from >= choice.List.Count);
    }

    private async Task<IReadOnlyList<MatchedLine>> MatchAsync(
        AccountsContext database, InputRow[] piece, CancellationToken cancellationToken)
    {
        var names = piece.Select(listed => listed.Name).ToList();
        var looked = names.Where(CanBeLookedUp).ToList();
        var byAddress = await lookup.IdsOfAsync(database, looked, cancellationToken);
        var byName = await lookup.IdsByNameAsync(database, looked, cancellationToken);
        var byId = await database
            .Users.Where(account => names.Contains(account.Id))
            .Select(account => account.Id)
            .ToListAsync(cancellationToken);
        var spelling = database.Identity.KeyType == AccountKeyType.String ? StringComparer.Ordinal : StringComparer.OrdinalIgnoreCase;
        var ids = byId.ToHashSet(spelling);
        return [.. piece.Select(row => new MatchedLine(row.Line, Match(row.Name)))];

        // All accounts of the address; where there is none, that of the user name, or of the id.
        IReadOnlyList<string> Match(string name) =>
            byAddress.Contains(name) ? [.. byAddress[name]]
            : byName.Contains(name) ? [.. byName[name]]
            : ids.TryGetValue(name, out var id) ? [id]
            : [];
    }

    private static bool CanBeLookedUp(string name) => name.Length <= AccountSearch.MaxTextLength && Addresses.CanBeNormalised(name);
}
