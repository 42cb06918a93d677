using System.Diagnostics.Metrics;

namespace OneTimeJwt.Web.Events;

/// <summary>Counts tries to send events.</summary>
internal sealed class EventMeter(Meter meter)
{
    private readonly Counter<long> _deliveries = meter.CreateCounter<long>(
        "onetimejwt.events.deliveries",
        "{event}",
        "Events that a destination took or didn't take, and those that were given up.");

    public void Sent(string destination, int count) => Add(destination, "sent", count);

    public void Failed(string destination, int count) => Add(destination, "failed", count);

    public void Dropped(string destination, int count) => Add(destination, "dropped", count);

    private void Add(string destination, string outcome, int count)
    {
        if (count > 0)
            _deliveries.Add(
                count,
                KeyValuePair.Create<string, object?>("destination", destination),
                KeyValuePair.Create<string, object?>("outcome", outcome));
    }
}
