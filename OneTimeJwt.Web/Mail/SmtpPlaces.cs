namespace OneTimeJwt.Web.Mail;

/// <summary>
/// Bounds the connections that are in use. One whose server takes long to confirm a mail is counted apart, so that it
/// holds up no other mail; as many again may wait like that.
/// </summary>
internal sealed class SmtpPlaces(int connections) : IDisposable
{
    private readonly SemaphoreSlim _sending = new(connections);
    private readonly SemaphoreSlim _waiting = new(connections);

    public async Task<Place> TakeAsync(CancellationToken cancellationToken)
    {
        await _sending.WaitAsync(cancellationToken);
        return new Place(this);
    }

    public void Dispose()
    {
        _sending.Dispose();
        _waiting.Dispose();
    }

    /// <summary>Taken until it is disposed of.</summary>
    internal sealed class Place(SmtpPlaces places) : IDisposable
    {
        private bool _isWaiting;

        /// <summary>Lets another mail be sent meanwhile, where not too many wait already. Never at the same time as its disposal.</summary>
        public void Wait()
        {
            if (_isWaiting || !places._waiting.Wait(0))
                return;

            _isWaiting = true;
            places._sending.Release();
        }

        public void Dispose() => (_isWaiting ? places._waiting : places._sending).Release();
    }
}
