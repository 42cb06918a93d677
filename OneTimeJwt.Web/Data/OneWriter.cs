namespace OneTimeJwt.Web.Data;

/// <summary>
/// SQLite lets one connection write at a time and makes the others poll, which stalls them for hundreds of
/// milliseconds under load. Queueing inside the process is fair and fast. Other processes still use SQLite's own lock.
/// </summary>
public sealed class OneWriter : IDisposable
{
    private readonly SemaphoreSlim _turn = new(1);

    public async Task<T> RunAsync<T>(Func<Task<T>> write, CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken);
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
