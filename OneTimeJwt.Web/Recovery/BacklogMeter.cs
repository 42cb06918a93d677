using System.Diagnostics.Metrics;
using OneTimeJwt.Web.Data;
using OneTimeJwt.Web.Shell;

namespace OneTimeJwt.Web.Recovery;

/// <summary>
/// Shows what waits in the outbox to whoever collects metrics. It reads on its own tick: collecting waits for no database,
/// and while the database is away there is no figure rather than an old one.
/// </summary>
internal sealed class BacklogMeter : BackgroundService
{
    private readonly Backlog _backlog;
    private readonly TimeProvider _time;
    private volatile BacklogState? _state;

    public BacklogMeter(Backlog backlog, Meter meter, TimeProvider time)
    {
        (_backlog, _time) = (backlog, time);
        meter.CreateObservableGauge("onetimejwt.outbox.depth", Depth, "{mail}", "Mails in the outbox, by whether they wait or were refused for good.");
        meter.CreateObservableGauge("onetimejwt.outbox.age", Age, "s", "How long the oldest mail that is still to be sent has waited.");
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Backlog.Stays, _time);
        do
            _state = await ReadAsync(stoppingToken);
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    private async Task<BacklogState?> ReadAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await _backlog.ReadAsync(cancellationToken);
        }
        catch (Exception fault) when (fault.IsOfDatabase())
        {
            return null;
        }
    }

    private IEnumerable<Measurement<int>> Depth() => _state is { } state
        ? [new(state.Waiting, KeyValuePair.Create<string, object?>("state", "waiting")), new(state.Refused, KeyValuePair.Create<string, object?>("state", "refused"))]
        : [];

    private IEnumerable<Measurement<double>> Age() => _state is { } state ? [new(state.Age.TotalSeconds)] : [];
}
