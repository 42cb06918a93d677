using System.Threading.Channels;

namespace OneTimeJwt.Web.Events;

/// <summary>
/// Sends one destination's events, many at once. One loop leases and records; outcomes that have come meanwhile are recorded together,
/// and nothing more is leased until they are.
/// </summary>
internal sealed partial class EventSender(
    EventDestination destination, EventQueue queue, EventMessages messages, EventMeter meter, TimeProvider time, ILogger logger)
{
    private static readonly TimeSpan ClockTolerance = TimeSpan.FromSeconds(1);

    private readonly Channel<(EventMessage Message, SendResult Result)> _done =
        Channel.CreateUnbounded<(EventMessage, SendResult)>(new() { SingleReader = true });

    private readonly DestinationPace _pace = new(destination.AtOnce, time);
    private readonly List<Task> _sends = [];
    private readonly List<EventDelivery> _toRemove = [];
    private readonly List<EventDelivery> _toPutBack = [];
    private readonly Queue<(EventDelivery Row, TimeSpan? Wait)> _toRetry = [];
    private DateTimeOffset _latest;
    // What is due was not due when the app last ran, by a clock that may have been another one.
    private bool _bringsForward = true;
    private int _inFlight;

    /// <summary>Completes when there is an outcome to record.</summary>
    public Task NextAsync() => _done.Reader.WaitToReadAsync(CancellationToken.None).AsTask();

    /// <summary>Records what came of the events on their way, and sends more.</summary>
    /// <param name="shutdown">Ends what is on its way.</param>
    /// <returns>Whether it sent any.</returns>
    public async Task<bool> StepAsync(CancellationToken shutdown)
    {
        Gather();
        NoteClock();
        await RecordAsync();
        var room = _pace.Room(_inFlight);
        // Not one by one while many are on their way: each lease is a question to the database.
        if (room == 0 || (_inFlight > 0 && room < destination.AtOnce / 4))
            return false;

        var rows = await queue.LeaseAsync(destination.Name, room, shutdown);
        if (rows.Count == 0)
            return false;

        var found = await ReadAsync(rows, shutdown);
        _inFlight += found.Count;
        _sends.RemoveAll(send => send.IsCompleted);
        _sends.Add(destination.SendAsync(found, (message, result) => _done.Writer.TryWrite((message, result)), shutdown));
        return true;
    }

    private async Task<IReadOnlyList<EventMessage>> ReadAsync(List<EventDelivery> rows, CancellationToken cancellationToken)
    {
        var found = new List<EventMessage>(rows.Count);
        await Bisect.EachAsync(
            rows,
            async some =>
            {
                var read = await messages.ReadAsync(destination, some, cancellationToken);
                found.AddRange(read);
                // Retention has taken their events away.
                _toRemove.AddRange(some.Except(read.Select(message => message.Row)));
            },
            (row, fault) =>
            {
                Log.Unreadable(logger, row.EventId, destination.Name, LoggableException.NameOf(fault));
                _toRetry.Enqueue((row, null));
                return Task.CompletedTask;
            });
        return found;
    }

    /// <summary>Waits for what is on its way, which the shutdown ends, and records it.</summary>
    public async Task FinishAsync()
    {
        await Task.WhenAll(_sends);
        Gather();
        await RecordAsync();
    }

    private void Gather()
    {
        var sent = 0;
        var (failed, dropped) = (new List<string>(), new List<string>());
        while (_done.Reader.TryRead(out var outcome))
        {
            _inFlight--;
            var (row, result) = (outcome.Message.Row, outcome.Result);
            switch (result.Outcome)
            {
                case SendOutcome.Sent:
                    sent++;
                    if (_pace.Succeeded())
                    {
                        Log.Back(logger, destination.Name);
                        _bringsForward = true;
                    }

                    _toRemove.Add(row);
                    break;
                case SendOutcome.Interrupted:
                    _toPutBack.Add(row);
                    break;
                case SendOutcome.Failed when row.WrittenAt + EventQueue.MaxAge > time.GetUtcNow():
                    failed.Add(result.Cause!);
                    _pace.Failed(result.Wait);
                    _toRetry.Enqueue((row, result.Wait));
                    break;
                default:
                    dropped.Add(result.Cause!);
                    if (result.Outcome == SendOutcome.Failed)
                        _pace.Failed(result.Wait);
                    _toRemove.Add(row);
                    break;
            }
        }

        meter.Sent(destination.Name, sent);
        meter.Failed(destination.Name, failed.Count);
        meter.Dropped(destination.Name, dropped.Count);
        foreach (var (cause, count) in failed.CountBy(cause => cause))
            Log.NotSent(logger, destination.Name, count, cause);
        foreach (var (cause, count) in dropped.CountBy(cause => cause))
            Log.Dropped(logger, destination.Name, count, cause);
    }

    // What fails here is done at the next step.
    private async Task RecordAsync()
    {
        await queue.RemoveAsync(_toRemove);
        _toRemove.Clear();
        await queue.PutBackAsync(_toPutBack);
        _toPutBack.Clear();
        while (_toRetry.TryPeek(out var failed))
        {
            await queue.RetryLaterAsync(failed.Row, failed.Wait);
            _toRetry.Dequeue();
        }

        if (_bringsForward)
            await queue.BringForwardAsync(destination.Name);
        _bringsForward = false;
    }

    // Where it was set back, rows that were due are due in the future.
    private void NoteClock()
    {
        var now = time.GetUtcNow();
        _bringsForward |= now + ClockTolerance < _latest;
        _latest = now;
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Warning, "{Destination} didn't take {Count} events: {Cause}. They are sent again.")]
        public static partial void NotSent(ILogger logger, string destination, int count, string cause);

        [LoggerMessage(LogLevel.Warning, "{Count} events were given up for {Destination}: {Cause}. The trail has them.")]
        public static partial void Dropped(ILogger logger, string destination, int count, string cause);

        [LoggerMessage(LogLevel.Warning, "Event {Id} can't be read for {Destination} ({Fault}). It is tried again.")]
        public static partial void Unreadable(ILogger logger, Guid id, string destination, string fault);

        [LoggerMessage(LogLevel.Information, "{Destination} takes events again.")]
        public static partial void Back(ILogger logger, string destination);
    }
}
