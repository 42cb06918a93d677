using System.Globalization;
using CsvHelper;
using OneTimeJwt.Web.Admin;

namespace OneTimeJwt.Web.Campaigns;

/// <summary>One line of a list: its number, and what should name an account.</summary>
public sealed record InputRow(int Line, string Name);

/// <summary>How the accounts of a campaign are chosen: by what they are, or by a list.</summary>
public sealed record CampaignSelection(string Text, AccountFilters Filters, IReadOnlyList<InputRow>? List);

/// <param name="AccountIds">Each once, in the order of the list.</param>
/// <param name="UnmatchedLines">Numbers of lines that name no account.</param>
/// <param name="Chosen">How they were chosen, in words.</param>
/// <param name="Problem">Why there is no list.</param>
public sealed record MatchedAccounts(IReadOnlyList<string> AccountIds, IReadOnlyList<int> UnmatchedLines, string Chosen, string? Problem);

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
            .. text.ReplaceLineEndings("\n")
                .Split('\n')
                .Select((line, i) => new InputRow(i + 1, line.Trim()))
                .Where(listed => listed.Name.Length > 0),
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

    /// <param name="choice">Which accounts.</param>
    /// <param name="actor">The admin, whose own account is left out.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task<MatchedAccounts> FindAsync(CampaignSelection choice, string actor, CancellationToken cancellationToken)
    {
        var (ids, unmatched) = choice.List is null
            ? (await FilteredAsync(choice, cancellationToken), [])
            : await ListedAsync(choice.List, cancellationToken);
        var start = choice.Text.Length == 0 ? "" : $" that start with “{choice.Text}”";
        var filters = choice.Filters == AccountFilters.None
            ? ""
            : $" with: {InvariantText.InEnglish(() => FilterTexts.ListOf(choice.Filters))}";
        var chosen = choice.List is null
            ? $"accounts{start}{filters}"
            : string.Create(CultureInfo.InvariantCulture, $"a list of {choice.List.Count} lines");
        ids.Remove(actor);
        var problem = (choice.List?.Count > CampaignActions.MaxAccounts || ids.Count > CampaignActions.MaxAccounts, ids.Count) switch
        {
            (true, _) => Words.BulkTooMany.With(CampaignActions.MaxAccounts.ToString("N0", CultureInfo.CurrentCulture)),
            (_, 0) when choice.List is null => Words.FindNone,
            (_, 0) => Words.BulkNoLine,
            _ => null,
        };
        return new MatchedAccounts([.. ids], unmatched, chosen, problem);
    }

    private async Task<OrderedSet> FilteredAsync(CampaignSelection choice, CancellationToken cancellationToken)
    {
        var ids = new OrderedSet();
        AccountCursor? cursor = null;
        do
        {
            var found = await search.PageAsync(choice.Text, choice.Filters, cursor, RowsAtOnce, cancellationToken);
            foreach (var row in found.Rows)
                ids.Add(row.Id);
            cursor = found.Next;
        }
        while (cursor is not null && ids.Count <= CampaignActions.MaxAccounts);
        return ids;
    }

    private async Task<(OrderedSet Ids, IReadOnlyList<int> Unmatched)> ListedAsync(
        IReadOnlyList<InputRow> list,
        CancellationToken cancellationToken)
    {
        var ids = new OrderedSet();
        var unmatched = new List<int>();
        if (list.Count > CampaignActions.MaxAccounts)
            return (ids, unmatched);

        await using var database = await contexts.CreateDbContextAsync(cancellationToken);
        foreach (var piece in list.Chunk(NamesAtOnce))
        {
            var known = await KnownAsync(database, piece, cancellationToken);
            foreach (var listed in piece)
            {
                var found = known.Of(listed.Name);
                foreach (var id in found)
                    ids.Add(id);
                if (found.Count == 0)
                    unmatched.Add(listed.Line);
            }
        }

        return (ids, unmatched);
    }

    private async Task<Known> KnownAsync(AccountsContext database, InputRow[] piece, CancellationToken cancellationToken)
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
        return new Known(byAddress, byName, byId.ToDictionary(id => id, spelling));
    }

    private static bool CanBeLookedUp(string name) => name.Length <= AccountSearch.MaxTextLength && Addresses.CanBeNormalised(name);

    private sealed record Known(ILookup<string, string> ByAddress, ILookup<string, string> ByName, Dictionary<string, string> Ids)
    {
        /// <summary>All accounts of the address; where there is none, that of the user name, or of the id.</summary>
        public List<string> Of(string name) =>
            ByAddress[name].ToList() is { Count: > 0 } addressed ? addressed
            : ByName[name].ToList() is { Count: > 0 } named ? named
            : Ids.TryGetValue(name, out var id) ? [id] : [];
    }

    /// <summary>Keeps the order of the list, and each account once.</summary>
    private sealed class OrderedSet : System.Collections.ObjectModel.KeyedCollection<string, string>
    {
        public new void Add(string id)
        {
            if (!Contains(id))
                base.Add(id);
        }

        protected override string GetKeyForItem(string item) => item;
    }
}
