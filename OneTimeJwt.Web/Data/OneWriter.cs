namespace OneTimeJwt.Web.Data;

/// <summary>
/// SQLite lets one connection write at a time and makes the others poll, which stalls them for hundreds of
/// milliseconds under load. Queueing inside the process is fair and fast. Other processes still use SQLite's own lock.
/// </summary>
public sealed class OneWriter : IDisposable
{
    private readonly SemaphoreSlim _turn = new(1);
    private readonly AsyncLocal<bool> _hasTurn = new();

    /// <summary>Runs when it is this caller's turn; what is written inside belongs to the same turn.</summary>
    public async Task<T> RunAsync<T>(Func<Task<T>> write, CancellationToken cancellationToken = default)
    {
        if (_hasTurn.Value)
            return await write();

        await _turn.WaitAsync(cancellationToken);
        _hasTurn.Value = true;
        try
        {
            return await write();
        }
        finally
        {
            _turn.Release();
        }
    }

    public void Dispose() => _turn.Dispose();
}
