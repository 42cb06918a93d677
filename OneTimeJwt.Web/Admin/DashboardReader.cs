using System.Globalization;
using OneTimeJwt.Web.Audit;

namespace OneTimeJwt.Web.Admin;

/// <summary>What happened in a span of time, from its start.</summary>
public sealed record TimeBucket(DateTimeOffset From, int Asked, int Mailed, int Opened, int Redeemed, int Refused);

/// <summary>Why links or requests were turned away, and what else went wrong, as the trail has it, and how often.</summary>
public sealed record Refusals(RecoveryEventKind Kind, string? Detail, int Day, int Week);

/// <param name="Week">The last seven days, oldest first.</param>
/// <param name="Reasons">The commonest first.</param>
public sealed record Funnel(IReadOnlyList<TimeBucket> Week, IReadOnlyList<Refusals> Reasons)
{
    public IReadOnlyList<TimeBucket> Day { get; } = [.. Week.TakeLast(DashboardReader.BucketsPerDay)];
}

/// <param name="Depth">Mails that wait.</param>
/// <param name="Oldest">When the one that waits longest was asked for.</param>
public sealed record QueueState(int Depth, DateTimeOffset? Oldest);

/// <summary>Counts what the trail and the outbox hold.</summary>
public sealed class DashboardReader(IDbContextFactory<AccountsContext> contexts, TimeProvider time)
{
    public const int BucketsPerDay = 8;

    private static readonly TimeSpan Length = TimeSpan.FromDays(1) / BucketsPerDay;

    private static readonly RecoveryEventKind[] Counted =
    [
        RecoveryEventKind.Requested,
        RecoveryEventKind.Mailed,
        RecoveryEventKind.Opened,
        RecoveryEventKind.Redeemed,
        RecoveryEventKind.Refused,
    ];

    private static readonly RecoveryEventKind[] Refusing =
    [
        RecoveryEventKind.Refused,
        RecoveryEventKind.Suppressed,
        RecoveryEventKind.GaveUp,
        RecoveryEventKind.LinkTooLong,
        RecoveryEventKind.Secured,
        RecoveryEventKind.MailBounced,
        RecoveryEventKind.MailDropped,
    ];

    public async Task<QueueState> QueueAsync(CancellationToken cancellationToken = default)
    {
        await using var database = await contexts.CreateDbContextAsync(cancellationToken);
        var depth = await database.Outbox.CountAsync(mail => mail.RefusedAt == null, cancellationToken);
        var oldest = await database
            .Outbox.Where(mail => mail.RefusedAt == null)
            .OrderBy(mail => mail.RequestedAt)
            .Select(mail => (DateTimeOffset?)mail.RequestedAt)
            .FirstOrDefaultAsync(cancellationToken);
        return new QueueState(depth, oldest);
    }

    public async Task<Funnel> FunnelAsync(CancellationToken cancellationToken = default)
    {
        await using var database = await contexts.CreateDbContextAsync(cancellationToken);
        var now = time.GetUtcNow();
        var week = new List<TimeBucket>();
        for (var i = 7 * BucketsPerDay; i > 0; i--)
            week.Add(await BucketAsync(database, now - (Length * i), now - (Length * (i - 1)), cancellationToken));
        return new Funnel(week, await ReasonsAsync(database, now, cancellationToken));
    }

    private static async Task<TimeBucket> BucketAsync(
        AccountsContext database,
        DateTimeOffset from,
        DateTimeOffset to,
        CancellationToken cancellationToken)
    {
        var counts = await database.Trail
            .Where(line => Counted.Contains(line.Kind) && line.At > from && line.At <= to)
            .GroupBy(line => line.Kind)
            .Select(lines => new { lines.Key, Count = lines.Count() })
            .ToDictionaryAsync(lines => lines.Key, lines => lines.Count, cancellationToken);
        int Of(RecoveryEventKind kind) => counts.GetValueOrDefault(kind);
        return new TimeBucket(from, Of(Counted[0]), Of(Counted[1]), Of(Counted[2]), Of(Counted[3]), Of(Counted[4]));
    }

    private static async Task<List<Refusals>> ReasonsAsync(
        AccountsContext database,
        DateTimeOffset now,
        CancellationToken cancellationToken)
    {
        var (day, week) = (
            await ReasonsSinceAsync(database, now.AddDays(-1), now, cancellationToken),
            await ReasonsSinceAsync(database, now.AddDays(-7), now, cancellationToken));
        return
        [
            .. week.OrderByDescending(reason => reason.Value)
                .Select(reason => new Refusals(reason.Key.Kind, reason.Key.Detail, day.GetValueOrDefault(reason.Key), reason.Value)),
        ];
    }

    private static async Task<Dictionary<(RecoveryEventKind Kind, string? Detail), int>> ReasonsSinceAsync(
        AccountsContext database,
        DateTimeOffset since,
        DateTimeOffset now,
        CancellationToken cancellationToken)
    {
        var lines = database.Trail.Where(line => line.At > since && line.At <= now);
        var proven = await lines.Where(line => Refusing.Contains(line.Kind))
            .GroupBy(line => new { line.Kind, line.Detail })
            .Select(alike => new { alike.Key.Kind, alike.Key.Detail, Count = alike.Count() })
            .ToListAsync(cancellationToken);
        var summaries = await lines
            .Where(line => line.Kind == RecoveryEventKind.RefusedUnproven && line.Detail != null)
            .Select(line => line.Detail!)
            .ToListAsync(cancellationToken);

        // A link's length is of no use here, and would make each event a reason by itself.
        return proven
            .Select(alike =>
                (Reason: (alike.Kind, Detail: alike.Kind == RecoveryEventKind.LinkTooLong ? null : alike.Detail), alike.Count))
            .Concat(summaries.SelectMany(Unproven))
            .GroupBy(reason => reason.Reason)
            .ToDictionary(alike => alike.Key, alike => alike.Sum(reason => reason.Count));
    }

    // As the trail sums up tokens that prove nothing: "forged: 3, malformed: 12".
    private static IEnumerable<((RecoveryEventKind Kind, string? Detail) Reason, int Count)> Unproven(string summary) =>
        from part in summary.Split(", ")
        let colon = part.LastIndexOf(": ", StringComparison.Ordinal)
        where colon > 0
        let count = int.TryParse(part.AsSpan(colon + 2), CultureInfo.InvariantCulture, out var number) ? number : 0
        select ((RecoveryEventKind.Refused, (string?)part[..colon]), count);
}
