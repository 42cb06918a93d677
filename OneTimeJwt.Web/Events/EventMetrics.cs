using System.Diagnostics.Metrics;

namespace OneTimeJwt.Web.Events;

/// <summary>
/// Metrics of the events that wait. They are read on their own timer, so that collecting them waits for no database; while the database
/// is away there is no figure rather than an old one.
/// </summary>
internal sealed partial class EventMetrics : Worker
{
    private readonly EventStatus _status;
    private readonly TimeProvider _time;
    private readonly ILogger<EventMetrics> _logger;
    private volatile IReadOnlyList<EventCounts> _counts = [];

    public EventMetrics(EventStatus status, Meter meter, TimeProvider time, ILogger<EventMetrics> logger)
    {
        (_status, _time, _logger) = (status, time, logger);
        meter.CreateObservableGauge(
            "onetimejwt.events.waiting",
            () => Each(counts => counts.Waiting),
            "{event}",
            "Events that are still to be sent.");
        meter.CreateObservableGauge(
            "onetimejwt.events.age",
            () => Each(counts => counts.Age.TotalSeconds),
            "s",
            "How long the oldest event that is still to be sent has waited.");
    }

    protected override Task WorkAsync(CancellationToken stoppingToken)
    {
        return RepeatAsync(EventStatus.MaxAge, _time, CountAsync, stoppingToken, beginsAtOnce: true);

        async Task CountAsync()
        {
            if (!await TryAsync(async () => _counts = await _status.ReadAsync(stoppingToken), stoppingToken))
                _counts = [];
        }
    }

    [LoggerMessage(LogLevel.Warning, "Events that wait could not be counted ({Fault}); their metrics have no figure until they can.")]
    protected override partial void LogFailure(string fault, Exception? unexpected);

    private IEnumerable<Measurement<T>> Each<T>(Func<EventCounts, T> figure)
        where T : struct =>
        _counts.Select(counts => new Measurement<T>(
            figure(counts), KeyValuePair.Create<string, object?>("destination", counts.Destination)));
}
