namespace OneTimeJwt.Web.Events;

/// <summary>
/// How many events are on their way to a destination at a time. After several failures in a row it is left alone for a while, longer
/// each time, and then tried with one event: a receiver that is down must not be asked by each event that waits for it. One that fails
/// for single events is not down.
/// </summary>
/// <param name="max">When all is well.</param>
/// <param name="time">The clock.</param>
internal sealed class DestinationPace(int max, TimeProvider time)
{
    private const int Tolerated = 3;
    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan MaxPause = TimeSpan.FromMinutes(5);

    private int _failures;
    private int _pauses;
    private int _limit = int.MaxValue;
    private DateTimeOffset _since;
    private TimeSpan _pause;

    public bool IsFailing => _pauses > 0;

    /// <returns>How many more may be sent now.</returns>
    public int Room(int inFlight)
    {
        if (!IsFailing)
            return Math.Max(0, Math.Min(_limit, max) - inFlight);

        return inFlight == 0 && !IsPaused ? 1 : 0;
    }

    /// <returns>Whether it had failed until then.</returns>
    public bool Succeeded()
    {
        var wasFailing = IsFailing;
        _limit = wasFailing ? 2 : 2 * Math.Min(_limit, max);
        (_failures, _pauses, _pause) = (0, 0, TimeSpan.Zero);
        return wasFailing;
    }

    /// <param name="wait">How long the receiver asks to be left alone, which it may at once.</param>
    public void Failed(TimeSpan? wait)
    {
        // Those that were on their way with the one that counted tell nothing new.
        var isKnown = IsPaused;
        if (wait is null && (isKnown || (!IsFailing && ++_failures < Tolerated)))
            return;

        var pause = RetrySchedule.Longer(isKnown ? TimeSpan.Zero : RetrySchedule.WithJitter(NextPause()), wait);
        var now = time.GetUtcNow();
        if (!isKnown || now + pause > _since + _pause)
            (_since, _pause) = (now, pause);
    }

    // A pause that begins in the future ended when the clock was set back.
    private bool IsPaused => time.GetUtcNow() - _since is var past && past >= TimeSpan.Zero && past < _pause;

    private TimeSpan NextPause()
    {
        var pause = FirstPause * Math.Pow(2, Math.Min(_pauses++, 10));
        return pause < MaxPause ? pause : MaxPause;
    }
}
