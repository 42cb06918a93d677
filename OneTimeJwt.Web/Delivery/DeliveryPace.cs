namespace OneTimeJwt.Web.Delivery;

/// <summary>
/// How many mails to lease at a time: twice as many as before while their turn comes soon, half as many where it comes so late
/// that what was read of them may not hold any more. Reading it again for each mail costs ten times as much, and a worker
/// that fell behind would never catch up.
/// </summary>
internal sealed class DeliveryPace(RequestLoad load, TimeProvider time)
{
    public const int Least = 16;

    public const int Most = 512;

    // What a request waits for at most when it writes its own row.
    private const int MostWhenBusy = 64;

    private static readonly TimeSpan Soon = SnapshotReader.MaxAge * 0.375;
    private static readonly TimeSpan Late = SnapshotReader.MaxAge * 0.75;

    private readonly Lock _lock = new();
    private TimeSpan _longest;
    private int _size = Least / 2;

    /// <summary>A mail's turn has come.</summary>
    /// <param name="readAt">The timestamp of what was read of it.</param>
    public void Begin(long readAt)
    {
        var age = time.GetElapsedTime(readAt);
        lock (_lock)
            _longest = age > _longest ? age : _longest;
    }

    /// <summary>Nothing is due: the next mails begin slowly.</summary>
    public void Rest()
    {
        lock (_lock)
            _size = Least / 2;
    }

    /// <returns>The number of mails to lease now, and how long they must have waited.</returns>
    public (int Count, TimeSpan Patience) Next()
    {
        var isBusy = load.IsBusy;
        lock (_lock)
        {
            var size = _longest > Late ? _size / 2
                : _longest < Soon ? _size * 2
                : _size;
            (_size, _longest) = (Math.Clamp(size, Least, Most), TimeSpan.Zero);
            return isBusy ? (Math.Min(_size, MostWhenBusy), RequestLoad.Patience) : (_size, TimeSpan.Zero);
        }
    }
}
