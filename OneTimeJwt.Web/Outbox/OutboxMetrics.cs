using System.Diagnostics.Metrics;
using OneTimeJwt.Web.Database;

namespace OneTimeJwt.Web.Outbox;

/// <summary>
/// Shows what waits in the outbox to whoever collects metrics. It reads on its own tick: collecting waits for no database,
/// and while the database is away there is no figure rather than an old one.
/// </summary>
internal sealed partial class OutboxMetrics : Worker
{
    private readonly OutboxStatus _backlog;
    private readonly TimeProvider _time;
    private readonly ILogger<OutboxMetrics> _logger;
    private volatile OutboxCounts? _state;

    public OutboxMetrics(OutboxStatus backlog, Meter meter, TimeProvider time, ILogger<OutboxMetrics> logger)
    {
        (_backlog, _time, _logger) = (backlog, time, logger);
        meter.CreateObservableGauge(
            "onetimejwt.outbox.depth",
            Depth,
            "{mail}",
            "Mails in the outbox, by whether they wait or were refused for good.");
        meter.CreateObservableGauge("onetimejwt.outbox.age", Age, "s", "How long the oldest mail that is still to be sent has waited.");
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(OutboxStatus.Stays, _time);
        do
        {
            if (!await TryAsync(async () => _state = await _backlog.ReadAsync(stoppingToken), stoppingToken))
                _state = null;
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    protected override void Failed(Exception fault) =>
        Log.NotRead(_logger, LoggableException.NameOf(fault), LoggableException.IfUnexpected(fault));

    private IEnumerable<Measurement<int>> Depth() =>
        _state is { } state
            ?
            [
                new(state.Waiting, KeyValuePair.Create<string, object?>("state", "waiting")),
                new(state.Refused, KeyValuePair.Create<string, object?>("state", "refused")),
            ]
            : [];

    private IEnumerable<Measurement<double>> Age() => _state is { } state ? [new(state.Age.TotalSeconds)] : [];

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Warning, "The outbox could not be counted ({Fault}); its metrics have no figure until it can.")]
        public static partial void NotRead(ILogger logger, string fault, Exception? unexpected);
    }
}
