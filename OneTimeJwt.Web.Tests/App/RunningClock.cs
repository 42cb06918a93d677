namespace OneTimeJwt.Web.Tests.App;

/// <summary>A clock that runs and can be moved. What waits once and for at most a second, as a failed sign-in does, waits a
/// fifth of it; other timers run as ever.</summary>
public sealed class RunningClock : TimeProvider
{
    private const int Speedup = 5;
    private static readonly TimeSpan LongestShortened = TimeSpan.FromSeconds(1);

    private TimeSpan _shift;

    public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + _shift;

    public void Move(TimeSpan by) => _shift += by;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) => base.CreateTimer(
        callback,
        state,
        period == Timeout.InfiniteTimeSpan && dueTime > TimeSpan.Zero && dueTime <= LongestShortened ? dueTime / Speedup : dueTime,
        period);
}
