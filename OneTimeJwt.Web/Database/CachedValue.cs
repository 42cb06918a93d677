namespace OneTimeJwt.Web.Database;

/// <summary>Something that is read anew once in a while only, however many ask for it.</summary>
internal sealed class CachedValue<T>(TimeSpan stays, TimeProvider time)
{
    private readonly Lock _turn = new();
    private Task<T>? _latest;
    private long _since;

    /// <param name="read">Runs to its end for all who wait, also where one of them gives up.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    public Task<T> GetAsync(Func<Task<T>> read, CancellationToken cancellationToken)
    {
        lock (_turn)
        {
            if (_latest is null || (_latest.IsCompleted && time.GetElapsedTime(_since) >= stays))
                (_latest, _since) = (Task.Run(read, CancellationToken.None), time.GetTimestamp());
            return _latest.WaitAsync(cancellationToken);
        }
    }
}
