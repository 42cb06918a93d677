namespace OneTimeJwt.Web.Delivery;

/// <summary>
/// How many mails to lease at a time: twice as many as before while their turn comes soon, half as many where it comes so late
/// that what was read of them may not hold any more. Reading it again for each mail costs ten times as much, and a worker
/// that fell behind would never catch up.
/// </summary>
internal sealed class DeliveryPace(TimeProvider time)
{
    public const int Least = 16;

    public const int Most = 512;

    // What a request waits for at most when it writes its own row.
    private const int MostWhenBusy = 64;

    private static readonly TimeSpan Soon = SnapshotReader.MaxAge * 0.375;
    private static readonly TimeSpan Late = SnapshotReader.MaxAge * 0.75;

    private readonly Lock _lock = new();
    private TimeSpan? _longest;
    private int _size = Least;

    /// <summary>A mail's turn has come.</summary>
    /// <param name="readAt">The timestamp of what was read of it.</param>
    public void Begin(long readAt)
    {
        var age = time.GetElapsedTime(readAt);
        lock (_lock)
            _longest = age > _longest ? age : _longest ?? age;
    }

    /// <param name="isBusy">Whether requests are being answered.</param>
    /// <returns>The number of mails to lease now; few where no mail's turn has come since the last call.</returns>
    public int Next(bool isBusy)
    {
        lock (_lock)
        {
            _size = Math.Clamp(
                _longest is not { } longest ? Least
                : longest > Late ? _size / 2
                : longest < Soon ? _size * 2
                : _size,
                Least,
                Most);
            _longest = null;
            return isBusy ? Math.Min(_size, MostWhenBusy) : _size;
        }
    }
}
