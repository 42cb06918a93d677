using System.Threading.RateLimiting;

namespace OneTimeJwt.Web.Links;

/// <summary>Limits the addresses that are tried on one link, by client and in all. No number of tries ends the link.</summary>
internal sealed class AddressAttemptLimiter : IDisposable
{
    public static readonly TimeSpan Window = TimeSpan.FromMinutes(15);
    // Right ones count too, since a try is taken before it is compared.
    private const int PerClient = 60;
    private const int PerLink = 300;

    private readonly PartitionedRateLimiter<(string Nonce, string Network)> _limiter = PartitionedRateLimiter.CreateChained(
        PartitionedRateLimiter.Create<(string Nonce, string Network), (string, string)>(attempt =>
            RateLimitPartition.GetFixedWindowLimiter(attempt, _ => Limit(PerClient))),
        PartitionedRateLimiter.Create<(string Nonce, string Network), string>(attempt =>
            RateLimitPartition.GetFixedWindowLimiter(attempt.Nonce, _ => Limit(PerLink))));

    /// <param name="nonce">Of the link's token.</param>
    /// <param name="network">What the client is counted by.</param>
    /// <returns>Whether the limits allow one more try.</returns>
    public bool Take(string nonce, string network)
    {
        using var lease = _limiter.AttemptAcquire((nonce, network));
        return lease.IsAcquired;
    }

    public void Dispose() => _limiter.Dispose();

    private static FixedWindowRateLimiterOptions Limit(int permits) => new() { PermitLimit = permits, Window = Window, QueueLimit = 0 };
}
