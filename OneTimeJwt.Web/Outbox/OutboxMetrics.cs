using System.Diagnostics.Metrics;

namespace OneTimeJwt.Web.Outbox;

/// <summary>
/// The outbox's metrics. They are read on their own timer, so that collecting them waits for no database; while the database is
/// away there is no figure rather than an old one.
/// </summary>
internal sealed partial class OutboxMetrics : Worker
{
    private readonly OutboxStatus _status;
    private readonly TimeProvider _time;
    private readonly ILogger<OutboxMetrics> _logger;
    private volatile OutboxCounts? _counts;

    public OutboxMetrics(OutboxStatus status, Meter meter, TimeProvider time, ILogger<OutboxMetrics> logger)
    {
        (_status, _time, _logger) = (status, time, logger);
        meter.CreateObservableGauge(
            "onetimejwt.outbox.depth",
            Depth,
            "{mail}",
            "Mails in the outbox, by whether they wait or were refused for good.");
        meter.CreateObservableGauge("onetimejwt.outbox.age", Age, "s", "How long the oldest mail that is still to be sent has waited.");
    }

    protected override Task WorkAsync(CancellationToken stoppingToken)
    {
        return RepeatAsync(OutboxStatus.MaxAge, _time, CountAsync, stoppingToken, beginsAtOnce: true);

        async Task CountAsync()
        {
            if (!await TryAsync(async () => _counts = await _status.ReadAsync(stoppingToken), stoppingToken))
                _counts = null;
        }
    }

    [LoggerMessage(LogLevel.Warning, "The outbox could not be counted ({Fault}); its metrics have no figure until it can.")]
    protected override partial void LogFailure(string fault, Exception? unexpected);

    private IEnumerable<Measurement<int>> Depth() =>
        _counts is { } counts
            ?
            [
                new(counts.Waiting, KeyValuePair.Create<string, object?>("state", "waiting")),
                new(counts.Refused, KeyValuePair.Create<string, object?>("state", "refused")),
            ]
            : [];

    private IEnumerable<Measurement<double>> Age() => _counts is { } counts ? [new(counts.Age.TotalSeconds)] : [];
}
