namespace OneTimeJwt.Web.Events;

/// <summary>
/// Sends events to each destination on a timer of its own, so that none waits for another. At shutdown what is on its way gets a moment;
/// what has no answer by then is sent again by another node or the next start.
/// </summary>
internal sealed partial class EventWorker(
    EventDestinations destinations,
    EventQueue queue,
    EventMessages messages,
    EventMeter meter,
    IHostApplicationLifetime lifetime,
    TimeProvider time,
    ILogger<EventWorker> logger
) : Worker
{
    private static readonly TimeSpan Tick = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan SweepInterval = TimeSpan.FromHours(1);
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(2);

    /// <summary>Removes what nobody will send.</summary>
    public async Task SweepAsync(CancellationToken cancellationToken)
    {
        var unknown = await queue.RemoveUnknownAsync([.. destinations.All.Select(known => known.Name)], cancellationToken);
        if (unknown > 0)
            Log.Unknown(logger, unknown);
        foreach (var destination in destinations.All)
        {
            var expired = await queue.RemoveExpiredAsync(destination.Name, cancellationToken);
            meter.Dropped(destination.Name, expired);
            if (expired > 0)
                Log.Expired(logger, destination.Name, expired);
        }
    }

    // It ends with the requests that people send, while other workers still finish theirs.
    protected override async Task WorkAsync(CancellationToken stoppingToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken, lifetime.ApplicationStopping);
        using var shutdown = new CancellationTokenSource();
        await using var end = stop.Token.Register(() => shutdown.CancelAfter(Grace));
        await Task.WhenAll(
        [
            .. destinations.All.Select(to => SendAsync(to, stop.Token, shutdown.Token)),
            TryAsync(() => RepeatAsync(SweepInterval, time, () => SweepAsync(stop.Token), stop.Token), stop.Token),
        ]);
    }

    private async Task SendAsync(EventDestination destination, CancellationToken stoppingToken, CancellationToken shutdown)
    {
        var sender = new EventSender(destination, queue, messages, meter, time, logger);
        using var timer = new PeriodicTimer(Tick, time);
        Task? outcome = null;
        Task? tick = null;
        while (!stoppingToken.IsCancellationRequested)
        {
            var sent = false;
            var isWell = await TryAsync(async () => sent = await sender.StepAsync(shutdown), shutdown);
            if (sent)
                continue;

            tick ??= timer.WaitForNextTickAsync(stoppingToken).AsTask();
            outcome ??= sender.NextAsync();
            // While the database is away, outcomes change nothing.
            await Task.WhenAny(isWell ? [tick, outcome] : [tick]);
            (tick, outcome) = (tick.IsCompleted ? null : tick, outcome.IsCompleted ? null : outcome);
        }

        await TryAsync(sender.FinishAsync, CancellationToken.None);
    }

    [LoggerMessage(LogLevel.Error, "Events could not be worked on ({Fault}); trying again shortly.")]
    protected override partial void LogFailure(string fault, Exception? unexpected);

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Warning, "{Count} events were given up for {Destination}, which took none for days. The trail has them.")]
        public static partial void Expired(ILogger logger, string destination, int count);

        [LoggerMessage(LogLevel.Information, "{Count} events for destinations that are configured no more were removed.")]
        public static partial void Unknown(ILogger logger, int count);
    }
}
