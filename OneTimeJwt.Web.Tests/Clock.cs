namespace OneTimeJwt.Web.Tests;

/// <summary>A clock that can be set; timers run as ever.</summary>
public sealed class Clock : TimeProvider
{
    private TimeSpan _shift;

    public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + _shift;

    public void Move(TimeSpan by) => _shift += by;
}
