namespace OneTimeJwt.Web.Database;

/// <summary>
/// Background work in rounds, from when the server listens, so that the first answer needn't share the processors with it. Nothing
/// but the shutdown ends it: what goes wrong is logged, and the next round comes.
/// </summary>
internal abstract class Worker : BackgroundService, IHostedLifecycleService
{
    private readonly TaskCompletionSource _started = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken)
    {
        _started.TrySetResult();
        return Task.CompletedTask;
    }

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    protected sealed override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await _started.Task.WaitAsync(stoppingToken);
        await WorkAsync(stoppingToken);
    }

    protected abstract Task WorkAsync(CancellationToken stoppingToken);

    /// <param name="round">A round, or a part of one that others must not wait for.</param>
    /// <param name="stoppingToken">The app's shutdown: only then a cancellation is no fault.</param>
    /// <returns>Whether it went well.</returns>
    [System.Diagnostics.CodeAnalysis.SuppressMessage("Design", "CA1031", Justification = "A fault that left here would stop the host.")]
    protected async Task<bool> TryAsync(Func<Task> round, CancellationToken stoppingToken)
    {
        try
        {
            await round();
            return true;
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            return false;
        }
        catch (Exception fault)
        {
            Failed(fault);
            return false;
        }
    }

    /// <summary>A round at each tick until the shutdown.</summary>
    protected async Task RepeatAsync(
        TimeSpan interval, TimeProvider time, Func<Task> round, CancellationToken stoppingToken, bool beginsAtOnce = false)
    {
        using var timer = new PeriodicTimer(interval, time);
        if (beginsAtOnce)
            await TryAsync(round, stoppingToken);
        while (await timer.WaitForNextTickAsync(stoppingToken))
            await TryAsync(round, stoppingToken);
    }

    protected virtual void Failed(Exception fault) =>
        LogFailure(LoggableException.NameOf(fault), LoggableException.IfUnexpected(fault));

    /// <summary>In words of the work that failed.</summary>
    /// <param name="fault">What is at the bottom of it.</param>
    /// <param name="unexpected">Null for what passes by itself.</param>
    protected abstract void LogFailure(string fault, Exception? unexpected);
}
