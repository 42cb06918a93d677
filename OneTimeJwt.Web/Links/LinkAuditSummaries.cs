namespace OneTimeJwt.Web.Links;

/// <summary>Has unproven tokens written down each minute, and at shutdown what was counted since.</summary>
internal sealed partial class LinkAuditSummaries(LinkAudit audit, TimeProvider time, ILogger<LinkAuditSummaries> logger) : Worker
{
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);

    // No request is answered any more.
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        await TryAsync(() => audit.SummariseAsync(cancellationToken), cancellationToken);
    }

    protected override Task WorkAsync(CancellationToken stoppingToken) =>
        RepeatAsync(Interval, time, () => audit.SummariseAsync(CancellationToken.None), stoppingToken);

    [LoggerMessage(LogLevel.Error, "Unproven links could not be written to the trail ({Fault}); trying again in a minute.")]
    protected override partial void LogFailure(string fault, Exception? unexpected);
}
