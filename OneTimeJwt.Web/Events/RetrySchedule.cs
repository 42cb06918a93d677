using System.Security.Cryptography;

namespace OneTimeJwt.Web.Events;

/// <summary>When an event is sent again: Standard Webhooks' example of a schedule, with jitter.</summary>
internal static class RetrySchedule
{
    public static readonly TimeSpan MaxDelay = TimeSpan.FromDays(1);

    private static readonly TimeSpan[] Delays =
    [
        TimeSpan.FromSeconds(5), TimeSpan.FromMinutes(5), TimeSpan.FromMinutes(30), TimeSpan.FromHours(2), TimeSpan.FromHours(5),
        TimeSpan.FromHours(10), TimeSpan.FromHours(14), TimeSpan.FromHours(20), MaxDelay,
    ];

    /// <param name="failures">How often it failed.</param>
    /// <param name="wait">What the receiver asks for; no sooner than that.</param>
    public static TimeSpan Delay(int failures, TimeSpan? wait) =>
        Longer(WithJitter(Delays[Math.Clamp(failures, 1, Delays.Length) - 1]), wait);

    /// <summary>What the receiver asks for counts up to a day.</summary>
    public static TimeSpan Longer(TimeSpan delay, TimeSpan? wait)
    {
        var asked = wait < MaxDelay ? wait.Value : wait is null ? TimeSpan.Zero : MaxDelay;
        return asked > delay ? asked : delay;
    }

    /// <summary>A tenth less to a tenth more, so that not all come at once.</summary>
    public static TimeSpan WithJitter(TimeSpan delay) => delay * (0.9 + (RandomNumberGenerator.GetInt32(200) / 1000.0));
}
