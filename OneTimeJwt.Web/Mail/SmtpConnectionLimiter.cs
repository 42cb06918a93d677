using System.Threading.RateLimiting;

namespace OneTimeJwt.Web.Mail;

/// <summary>
/// Bounds the connections that are in use. One whose server takes long to confirm a mail is counted apart, so that it
/// holds up no other mail; as many again may wait like that.
/// </summary>
internal sealed class SmtpConnectionLimiter(int connections) : IDisposable
{
    private readonly ConcurrencyLimiter _sending = new(new() { PermitLimit = connections, QueueLimit = int.MaxValue });
    private readonly ConcurrencyLimiter _waiting = new(new() { PermitLimit = connections, QueueLimit = 0 });

    public async Task<Place> TakeAsync(CancellationToken cancellationToken) =>
        new(_waiting, await _sending.AcquireAsync(cancellationToken: cancellationToken));

    public void Dispose()
    {
        _sending.Dispose();
        _waiting.Dispose();
    }

    /// <summary>Taken until it is disposed of.</summary>
    internal sealed class Place(ConcurrencyLimiter waiting, RateLimitLease lease) : IDisposable
    {
        private RateLimitLease _lease = lease;
        private bool _isWaiting;

        /// <summary>Lets another mail be sent meanwhile, where not too many wait already. Never at the same time as its disposal.</summary>
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
