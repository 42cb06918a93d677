namespace OneTimeJwt.Web.Tests.App;

/// <summary>A clock that runs and can be moved; timers run as ever.</summary>
public sealed class RunningClock : TimeProvider
{
    private TimeSpan _shift;

    public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + _shift;

    public void Move(TimeSpan by) => _shift += by;
}
