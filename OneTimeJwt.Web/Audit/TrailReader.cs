namespace OneTimeJwt.Web.Audit;

/// <summary>A filter of the trail's lines; null matches all. Account and actor are an id or an address.</summary>
public sealed record TrailQuery(
    string? Account = null,
    string? Actor = null,
    RecoveryEventKind? Kind = null,
    DateTimeOffset? From = null,
    DateTimeOffset? To = null,
    string? Nonce = null,
    Guid? Campaign = null);

/// <summary>The last line that was read.</summary>
public sealed record TrailCursor(DateTimeOffset At, Guid Id);

/// <param name="Lines">Newest first.</param>
/// <param name="Next">Null at the end.</param>
/// <param name="Names">The addresses of the lines' accounts, by id.</param>
public sealed record TrailLines(IReadOnlyList<RecoveryEvent> Lines, TrailCursor? Next, IReadOnlyDictionary<string, string> Names)
{
    /// <summary>The final report of each mail, by its id.</summary>
    public IReadOnlyDictionary<Guid, RecoveryEvent> Reports { get; init; } = new Dictionary<Guid, RecoveryEvent>();
}

/// <summary>Reads the trail for the console, each time with a new context.</summary>
public sealed class TrailReader(IDbContextFactory<AccountsContext> contexts, AccountLookup lookup)
{
    public const int PageSize = 50;

    private const int LinesAtOnce = 1_000;
    private const int MaxSameAddress = 50;

    public async Task<TrailLines> PageAsync(
        TrailQuery query,
        TrailCursor? after = null,
        int max = PageSize,
        CancellationToken cancellationToken = default)
    {
        await using var database = await contexts.CreateDbContextAsync(cancellationToken);
        var lines = Since(await MatchingAsync(database, query, cancellationToken), query.From);
        // SQLite enters an index by the first bound that it is told, and would read all pages of the period ahead of this one.
        if (after is null || after.At >= query.To)
            lines = Before(lines, query.To);
        if (after is not null)
            lines = lines.Where(line => line.At <= after.At && (line.At < after.At || line.Id.CompareTo(after.Id) < 0));

        var page = await lines
            .OrderByDescending(line => line.At)
            .ThenByDescending(line => line.Id)
            .Take(max + 1)
            .ToListAsync(cancellationToken);
        var shown = page.Take(max).ToList();
        return new TrailLines(
            shown,
            page.Count > max ? new TrailCursor(shown[^1].At, shown[^1].Id) : null,
            await NamesAsync(database, shown.SelectMany(line => new[] { line.AccountId, line.Actor }), cancellationToken))
        {
            Reports = await ReportsAsync(database, shown, cancellationToken),
        };
    }

    /// <summary>All lines, oldest first.</summary>
    public async IAsyncEnumerable<RecoveryEvent> AllAsync(
        TrailQuery query,
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        await using var database = await contexts.CreateDbContextAsync(cancellationToken);
        var matching = Before(await MatchingAsync(database, query, cancellationToken), query.To);
        // In pieces: a provider that retries buffers a whole result.
        var piece = await FirstAsync(Since(matching, query.From));
        while (piece.Count > 0)
        {
            foreach (var line in piece)
                yield return line;

            var last = piece[^1];
            piece =
                piece.Count < LinesAtOnce
                    ? []
                    : await FirstAsync(
                        matching.Where(line => line.At >= last.At && (line.At > last.At || line.Id.CompareTo(last.Id) > 0)));
        }

        Task<List<RecoveryEvent>> FirstAsync(IQueryable<RecoveryEvent> lines) =>
            lines.OrderBy(line => line.At).ThenBy(line => line.Id).Take(LinesAtOnce).ToListAsync(cancellationToken);
    }

    public static async Task<IReadOnlyDictionary<string, string>> NamesAsync(
        AccountsContext database,
        IEnumerable<string?> ids,
        CancellationToken cancellationToken)
    {
        var wanted = ids.OfType<string>().Distinct().ToList();
        return wanted.Count == 0
            ? new Dictionary<string, string>()
            : await database.Users
                .Where(account => wanted.Contains(account.Id))
                .Select(account => new { account.Id, Name = account.Email ?? account.UserName })
                .ToDictionaryAsync(account => account.Id, account => account.Name ?? account.Id, cancellationToken);
    }

    private static async Task<IReadOnlyDictionary<Guid, RecoveryEvent>> ReportsAsync(
        AccountsContext database,
        List<RecoveryEvent> shown,
        CancellationToken cancellationToken)
    {
        var mails = shown
            .Where(line => RecoveryEvent.Departures.Contains(line.Kind))
            .Select(line => line.MailId)
            .OfType<Guid>()
            .Distinct()
            .ToList();
        if (mails.Count == 0)
            return new Dictionary<Guid, RecoveryEvent>();

        var reports = await database.Trail.AsNoTracking()
            .Where(line => line.MailId != null && mails.Contains(line.MailId.Value) && RecoveryEvent.Reports.Contains(line.Kind))
            .ToListAsync(cancellationToken);
        return reports.GroupBy(line => line.MailId!.Value).ToDictionary(mail => mail.Key, mail => FinalReport(mail)!);
    }

    /// <summary>The report among a mail's lines that counts; null for none.</summary>
    public static RecoveryEvent? FinalReport(IEnumerable<RecoveryEvent> lines) =>
        lines
            .Where(line => RecoveryEvent.Reports.Contains(line.Kind))
            .MaxBy(line => (Array.IndexOf(RecoveryEvent.Reports, line.Kind), line.At));

    private static IQueryable<RecoveryEvent> Since(IQueryable<RecoveryEvent> lines, DateTimeOffset? from) =>
        from is null ? lines : lines.Where(line => line.At >= from);

    private static IQueryable<RecoveryEvent> Before(IQueryable<RecoveryEvent> lines, DateTimeOffset? to) =>
        to is null ? lines : lines.Where(line => line.At < to);

    /// <returns>All that the filter says but the period.</returns>
    private async Task<IQueryable<RecoveryEvent>> MatchingAsync(
        AccountsContext database,
        TrailQuery query,
        CancellationToken cancellationToken)
    {
        var lines = database.Trail.AsNoTracking();
        if (query.Account is { } account)
        {
            var ids = await IdsAsync(database, account, cancellationToken);
            lines = lines.Where(line => ids.Contains(line.AccountId!));
        }

        if (query.Actor is { } actor)
        {
            var ids = await IdsAsync(database, actor, cancellationToken);
            lines = lines.Where(line => ids.Contains(line.Actor!));
        }

        if (query.Kind is { } kind)
            lines = lines.Where(line => line.Kind == kind);
        if (query.Nonce is { } nonce)
            lines = lines.Where(line => line.Nonce == nonce);
        if (query.Campaign is { } campaign)
            lines = lines.Where(line => line.CampaignId == campaign);
        return lines;
    }

    // The text may be the id of an account that was deleted.
    private async Task<List<string>> IdsAsync(AccountsContext database, string text, CancellationToken cancellationToken)
    {
        if (!Addresses.CanBeNormalised(text))
            return [text];

        var spellings = lookup.Spellings(text);
        var ids = await database
            .Users.Where(account => spellings.Contains(account.NormalizedEmail!))
            .Select(account => account.Id)
            .Order()
            .Take(MaxSameAddress)
            .ToListAsync(cancellationToken);
        return [text, .. ids];
    }
}
