using System.Threading.RateLimiting;

namespace OneTimeJwt.Web.Mail;

/// <summary>
/// Limits the connections in use. A connection whose server is slow to confirm a mail is counted separately, so that it delays no
/// other mail; the same number may wait like that.
/// </summary>
internal sealed class SmtpConnectionLimiter(int connections) : IDisposable
{
    private readonly ConcurrencyLimiter _sending = new(new() { PermitLimit = connections, QueueLimit = int.MaxValue });
    private readonly ConcurrencyLimiter _waiting = new(new() { PermitLimit = connections, QueueLimit = 0 });

    public async Task<Slot> TakeAsync(CancellationToken cancellationToken) =>
        new(_waiting, await _sending.AcquireAsync(cancellationToken: cancellationToken));

    public void Dispose()
    {
        _sending.Dispose();
        _waiting.Dispose();
    }

    /// <summary>In use until it is disposed of.</summary>
    internal sealed class Slot(ConcurrencyLimiter waiting, RateLimitLease lease) : IDisposable
    {
        private RateLimitLease _lease = lease;
        private bool _isWaiting;

        /// <summary>Lets another mail be sent meanwhile, unless too many wait already. Not concurrently with its disposal.</summary>
        public void Wait()
        {
            if (_isWaiting || waiting.AttemptAcquire() is not { IsAcquired: true } free)
                return;

            _isWaiting = true;
            _lease.Dispose();
            _lease = free;
        }

        public void Dispose() => _lease.Dispose();
    }
}
