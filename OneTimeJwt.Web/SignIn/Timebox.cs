using System.Security.Cryptography;

namespace OneTimeJwt.Web.SignIn;

/// <summary>
/// Makes failures of sign-in take equally long: up to the next whole step since the start, plus a random surplus that hides
/// what timers and the rest of the response add.
/// </summary>
internal sealed class Timebox(TimeProvider time)
{
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(750);

    private const int MaxSurplus = 60;

    private readonly long _start = time.GetTimestamp();

    /// <param name="atLeast">The longest that a failure with the same response can take.</param>
    public Task WaitRemainingAsync(TimeSpan atLeast = default)
    {
        var elapsed = time.GetElapsedTime(_start);
        var steps = Math.Ceiling((elapsed > atLeast ? elapsed : atLeast) / Step);
        var rest = (steps * Step) - time.GetElapsedTime(_start);
        var surplus = TimeSpan.FromMilliseconds(RandomNumberGenerator.GetInt32(MaxSurplus));
        return Task.Delay((rest > TimeSpan.Zero ? rest : TimeSpan.Zero) + surplus, time);
    }
}
