using System.Security.Cryptography;

namespace OneTimeJwt.Web.SignIn;

/// <summary>
/// Makes every failure of sign-in take the same time: the next whole step from its start, and a random bit more that
/// covers what timers and the rest of the answer add.
/// </summary>
internal sealed class Timebox(TimeProvider time)
{
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(750);

    private const int MaxSurplus = 60;

    private readonly long _start = time.GetTimestamp();

    /// <param name="atLeast">How long others take whose failure looks the same.</param>
    public Task FillAsync(TimeSpan atLeast = default)
    {
        var elapsed = time.GetElapsedTime(_start);
        var steps = Math.Ceiling((elapsed > atLeast ? elapsed : atLeast) / Step);
        var rest = (steps * Step) - time.GetElapsedTime(_start);
        var surplus = TimeSpan.FromMilliseconds(RandomNumberGenerator.GetInt32(MaxSurplus));
        return Task.Delay((rest > TimeSpan.Zero ? rest : TimeSpan.Zero) + surplus, time);
    }
}
