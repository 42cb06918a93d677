using System.Threading.RateLimiting;

namespace OneTimeJwt.Web.Links;

/// <summary>Bounds the addresses that are tried on one link: for each client, and over all of them. No try is ever
/// what ends a link.</summary>
internal sealed class AddressAttemptLimiter : IDisposable
{
    public static readonly TimeSpan Window = TimeSpan.FromMinutes(15);
    // Right ones count too, for they are taken before they are compared: as many as one link may be used with at once.
    private const int PerClient = 60;
    private const int PerLink = 300;

    private readonly PartitionedRateLimiter<(string Nonce, string Network)> _limiter = PartitionedRateLimiter.CreateChained(
        PartitionedRateLimiter.Create<(string Nonce, string Network), (string, string)>(attempt =>
            RateLimitPartition.GetFixedWindowLimiter(attempt, _ => Limit(PerClient))),
        PartitionedRateLimiter.Create<(string Nonce, string Network), string>(attempt =>
            RateLimitPartition.GetFixedWindowLimiter(attempt.Nonce, _ => Limit(PerLink))));

    /// <summary>Takes one try.</summary>
    /// <param name="nonce">Of the link's token.</param>
    /// <param name="network">What the client is counted by.</param>
    public bool Take(string nonce, string network)
    {
        using var lease = _limiter.AttemptAcquire((nonce, network));
        return lease.IsAcquired;
    }

    public void Dispose() => _limiter.Dispose();

    private static FixedWindowRateLimiterOptions Limit(int permits) => new() { PermitLimit = permits, Window = Window, QueueLimit = 0 };
}
