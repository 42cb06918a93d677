namespace OneTimeJwt.Web.Accounts;

/// <summary>Makes every failure of sign-in take the same time: the next whole step from its start.</summary>
internal sealed class Timebox(TimeProvider time)
{
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(750);

    private readonly long _start = time.GetTimestamp();

    public Task FillAsync()
    {
        var steps = Math.Ceiling(time.GetElapsedTime(_start) / Step);
        return Task.Delay((steps * Step) - time.GetElapsedTime(_start) is { Ticks: > 0 } rest ? rest : TimeSpan.Zero, time);
    }
}
