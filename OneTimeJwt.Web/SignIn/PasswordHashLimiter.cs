using System.Diagnostics;
using System.Threading.RateLimiting;

namespace OneTimeJwt.Web.SignIn;

/// <summary>
/// Bounds how many password hashes are computed at once, so that a flood of sign-ins leaves a core for everything else.
/// New passwords have a separate limit, one a core: they need a valid link, so that a flood of sign-ins doesn't delay them.
/// </summary>
public sealed class PasswordHashLimiter : IDisposable
{
    private const int MaxWaiting = 64;
    private const int Lately = 64;

    private readonly ConcurrencyLimiter _signIns = Limiter(Math.Max(1, Environment.ProcessorCount - 1), MaxWaiting);
    private readonly ConcurrencyLimiter _newPasswords = Limiter(Environment.ProcessorCount, int.MaxValue);
    private readonly long[] _lately = new long[Lately];
    private int _checks;

    /// <summary>The longest that the hashes of a recent sign-in took, without its time in the queue.</summary>
    public TimeSpan LongestRecent => TimeSpan.FromTicks(_lately.Max());

    /// <exception cref="BadHttpRequestException">Too many are waiting already.</exception>
    public Task<T> ForSignInAsync<T>(Func<T> hash, CancellationToken cancellationToken) =>
        RunAsync(_signIns, () => Timed(hash), cancellationToken);

    private T Timed<T>(Func<T> hash)
    {
        var start = Stopwatch.GetTimestamp();
        var result = hash();
        _lately[(uint)Interlocked.Increment(ref _checks) % Lately] = Stopwatch.GetElapsedTime(start).Ticks;
        return result;
    }

    public Task<T> ForNewPasswordAsync<T>(Func<T> hash) => RunAsync(_newPasswords, hash, CancellationToken.None);

    public void Dispose()
    {
        _signIns.Dispose();
        _newPasswords.Dispose();
    }

    private static ConcurrencyLimiter Limiter(int permits, int mostWaiting) =>
        new(new() { PermitLimit = permits, QueueLimit = mostWaiting });

    private static async Task<T> RunAsync<T>(ConcurrencyLimiter limiter, Func<T> hash, CancellationToken cancellationToken)
    {
        using var lease = await limiter.AcquireAsync(cancellationToken: cancellationToken);
        return lease.IsAcquired
            ? await Task.Run(hash, CancellationToken.None)
            : throw new BadHttpRequestException("Too many sign-ins at once.", StatusCodes.Status503ServiceUnavailable);
    }
}
