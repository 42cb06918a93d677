using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Diagnostics.Tracing;

namespace OneTimeJwt.Web.Tests.App;

/// <summary>Keeps what the framework tells to tracing, metrics and event listeners, with every tag and value.</summary>
internal sealed class TelemetryRecorder : EventListener
{
    private static readonly string[] Sources =
    [
        "Microsoft.AspNetCore",
        "Microsoft-AspNetCore",
        "Microsoft-Extensions",
        "Microsoft.EntityFrameworkCore",
        "OneTimeJwt",
    ];

    private readonly ConcurrentQueue<string> _seen = [];
    private readonly ActivityListener _activities;
    private readonly MeterListener _meters;

    public TelemetryRecorder()
    {
        _activities = new ActivityListener
        {
            ShouldListenTo = source => IsServer(source.Name),
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = activity =>
                Add(
                    $"activity {activity.DisplayName}",
                    [.. activity.TagObjects, .. activity.Events.SelectMany(happened => happened.Tags)]),
        };
        ActivitySource.AddActivityListener(_activities);
        _meters = new MeterListener
        {
            InstrumentPublished = (instrument, listener) =>
            {
                if (IsServer(instrument.Meter.Name))
                    listener.EnableMeasurementEvents(instrument);
            },
        };
        _meters.SetMeasurementEventCallback<long>((instrument, _, tags, _) => Add($"meter {instrument.Name}", tags));
        _meters.SetMeasurementEventCallback<double>((instrument, _, tags, _) => Add($"meter {instrument.Name}", tags));
        _meters.Start();
    }

    public string All => string.Join('\n', _seen);

    public override void Dispose()
    {
        _activities.Dispose();
        _meters.Dispose();
        base.Dispose();
    }

    protected override void OnEventSourceCreated(EventSource eventSource)
    {
        if (IsServer(eventSource.Name))
            EnableEvents(eventSource, EventLevel.Verbose, EventKeywords.All);
    }

    protected override void OnEventWritten(EventWrittenEventArgs eventData) =>
        _seen?.Enqueue($"event {eventData.EventSource.Name} {eventData.EventName} {string.Join(' ', eventData.Payload ?? new([]))}");

    private void Add(string what, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        foreach (var tag in tags)
            what += $" {tag.Key}={tag.Value}";
        _seen.Enqueue(what);
    }

    // The visitors of the tests live in this process too, and know the links.
    private static bool IsServer(string name) => Sources.Any(source => name.StartsWith(source, StringComparison.Ordinal));
}
