namespace OneTimeJwt.Web.Audit;

/// <summary>The <c>Trail</c> section.</summary>
public sealed class TrailSettings
{
    /// <summary>How long lines are kept. A used link is recognised as used while the line of its use exists.</summary>
    public TimeSpan Retention { get; set; } = TimeSpan.FromDays(365);

    /// <summary>A file that each line is appended to as JSON, relative to the content root, or <c>stdout</c>.</summary>
    public string? JsonLines { get; set; }
}

internal sealed class TrailSettingsValidator : SettingsValidator<TrailSettings>
{
    // The maximum lifetime of a link, and the time in which an invalid one may be exchanged for a fresh one.
    private static readonly TimeSpan Min = TimeSpan.FromDays(14);
    private static readonly TimeSpan Max = TimeSpan.FromDays(3660);

    protected override IEnumerable<string> Faults(TrailSettings options)
    {
        if (options.Retention < Min || options.Retention > Max)
            yield return $"Trail:Retention is {options.Retention:c}: choose between {Min:c} and {Max:c} (days.hh:mm:ss)";
    }
}

/// <summary>Removes old lines, a few at a time so that other writes needn't wait, and rows of deleted accounts.</summary>
internal sealed partial class TrailRetention(
    IDbContextFactory<AccountsContext> contexts,
    SqliteWriteLock writer,
    DeletedAccounts deletedAccounts,
    IOptions<TrailSettings> settings,
    TimeProvider time,
    ILogger<TrailRetention> logger
) : Worker
{
    private static readonly TimeSpan Interval = TimeSpan.FromHours(1);

    // Nobody waits for it, and who asks for the first pages would.
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(5);

    public async Task<int> SweepAsync(CancellationToken cancellationToken)
    {
        var limit = time.GetUtcNow() - settings.Value.Retention;
        await using var database = await contexts.CreateDbContextAsync(cancellationToken);
        var old = database.Trail.Where(line => line.At < limit).OrderBy(line => line.At);
        return await BatchedDelete.RunAsync(writer, old, cancellationToken);
    }

    protected override async Task WorkAsync(CancellationToken stoppingToken)
    {
        await Task.Delay(Pause, time, stoppingToken);
        await RepeatAsync(Interval, time, SweepAllAsync, stoppingToken, beginsAtOnce: true);

        async Task SweepAllAsync()
        {
            await TryAsync(() => SweepAsync(stoppingToken), stoppingToken);
            await deletedAccounts.SweepAsync(stoppingToken);
        }
    }

    [LoggerMessage(
        LogLevel.Error,
        "Old lines of the trail, or rows of deleted accounts, could not be removed ({Fault}); trying again in an hour.")]
    protected override partial void LogFailure(string fault, Exception? unexpected);
}
