namespace OneTimeJwt.Web.Database;

/// <summary>
/// SQLite lets one connection write at a time and makes the others poll, which stalls them for hundreds of
/// milliseconds under load. Queueing inside the process is fair and fast. Other processes still use SQLite's own lock.
/// </summary>
/// <param name="isNeeded">False where the database orders writes itself: then there is no wait.</param>
public sealed class SqliteWriteLock(bool isNeeded = true) : IDisposable
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(15);

    private readonly SemaphoreSlim _turn = new(1);
    private readonly AsyncLocal<bool> _hasTurn = new();

    /// <summary>Runs when it is this caller's turn; what is written inside belongs to the same turn.</summary>
    public async Task<T> RunAsync<T>(Func<Task<T>> write, CancellationToken cancellationToken = default)
    {
        if (!isNeeded || _hasTurn.Value)
            return await write();

        if (!await _turn.WaitAsync(Timeout, cancellationToken))
            throw new TimeoutException("The database is busy.");
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
