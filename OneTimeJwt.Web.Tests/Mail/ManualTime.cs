namespace OneTimeJwt.Web.Tests.Mail;

/// <summary>Time that passes when a test says so, with one timer.</summary>
internal sealed class ManualTime : TimeProvider
{
    private Action? _timer;
    private TimeSpan _passed;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp() => _passed.Ticks;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        _timer = () => callback(state);
        return new Unset();
    }

    public void Pass(TimeSpan by)
    {
        _passed += by;
        _timer!();
    }

    private sealed class Unset : ITimer
    {
        public bool Change(TimeSpan dueTime, TimeSpan period) => true;

        public void Dispose()
        {
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
