using System.Globalization;
using OneTimeJwt.Web.Admin;

namespace OneTimeJwt.Web.Campaigns;

/// <summary>Rows of a campaign's list that are written together, and what the campaign has by then.</summary>
/// <param name="Version">By which it is known whether they were.</param>
/// <param name="Accounts">The next ones.</param>
/// <param name="Lines">Those that brought none, or not just one.</param>
/// <param name="Count">Of all accounts so far.</param>
/// <param name="IsLast">Whether the list is complete.</param>
public sealed record GatheredPiece(
    Guid Version, IReadOnlyList<CampaignAccount> Accounts, IReadOnlyList<CampaignLine> Lines, LineCounts Count, bool IsLast);

/// <summary>What a campaign has so far.</summary>
/// <param name="UnmatchedLines">The first numbers of lines that match no account.</param>
public sealed record LineCounts(int Accounts, int Read, int Unmatched, int SeveralAccounts, int Doubled, string? UnmatchedLines);

/// <summary>The accounts of a campaign as its list is read: each once, in order, and never that of whoever draws it up.</summary>
/// <param name="campaign">The campaign's id.</param>
/// <param name="actor">Whose account is left out.</param>
internal sealed class GatheredAccounts(Guid campaign, string actor)
{
    private const int MaxLineNumbers = Campaign.MaxUnmatchedLength / 8;

    private readonly HashSet<string> _ids = new(StringComparer.Ordinal);
    private readonly int[] _counts = new int[Enum.GetValues<LineOutcome>().Length];
    private readonly List<int> _unmatched = [];
    private int _read;

    private int Unmatched => _counts[(int)LineOutcome.NoAccount];

    /// <summary>Why it can't be a campaign; null where nothing is wrong so far.</summary>
    public static string? ProblemOf(int accounts, bool isList) =>
        accounts > CampaignActions.MaxAccounts ? Words.BulkTooMany.With(CampaignActions.MaxAccounts.Grouped())
        : accounts > 0 ? null
        : isList ? Words.BulkNoLine
        : Words.FindNone;

    public GatheredPiece Add(MatchedPiece piece)
    {
        var (accounts, lines) = (new List<CampaignAccount>(), new List<CampaignLine>());
        foreach (var line in piece.Lines)
        {
            var before = accounts.Count;
            foreach (var id in line.AccountIds.Where(id => id != actor && _ids.Add(id)))
                accounts.Add(new CampaignAccount { CampaignId = campaign, Position = _ids.Count - 1, AccountId = id });
            if (line.Line is not { } number)
                continue;

            _read++;
            if (OutcomeOf(line, isNew: accounts.Count > before) is not { } outcome)
                continue;

            _counts[(int)outcome]++;
            lines.Add(new CampaignLine { CampaignId = campaign, Line = number, Outcome = outcome });
            if (outcome == LineOutcome.NoAccount && _unmatched.Count < MaxLineNumbers)
                _unmatched.Add(number);
        }

        return new GatheredPiece(
            Guid.NewGuid(),
            accounts,
            lines,
            new LineCounts(
                _ids.Count,
                _read,
                Unmatched,
                _counts[(int)LineOutcome.SeveralAccounts],
                _counts[(int)LineOutcome.Doubled],
                UnmatchedLines()),
            piece.IsLast || _ids.Count > CampaignActions.MaxAccounts);
    }

    private LineOutcome? OutcomeOf(MatchedLine line, bool isNew) => (line.AccountIds.Count, isNew) switch
    {
        (0, _) => LineOutcome.NoAccount,
        (1, true) => null,
        (_, true) => LineOutcome.SeveralAccounts,
        _ => line.AccountIds.All(id => id == actor) ? LineOutcome.OwnAccount : LineOutcome.Doubled,
    };

    private string? UnmatchedLines()
    {
        if (_unmatched.Count == 0)
            return null;

        var numbers = string.Join(", ", _unmatched.Select(line => line.ToString(CultureInfo.InvariantCulture)));
        return Unmatched > _unmatched.Count ? numbers + ", …" : numbers;
    }
}
