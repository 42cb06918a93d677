namespace OneTimeJwt.Web.Outbox;

/// <summary>
/// Leases stand still while the database is away, because nobody can renew them: for some seconds after its return, those
/// that have run out since still count, so that their holders renew them and write down what they have sent.
/// </summary>
internal sealed class LeaseClock(TimeProvider time)
{
    // Twice the interval of renewals, and half a lease: no shorter gap makes a lease run out.
    private static readonly TimeSpan MaxGap = TimeSpan.FromSeconds(10);

    // What a renewal takes at most that began ahead of the return: an interval, a connection that fails and the next one.
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(15);

    private readonly Lock _turn = new();
    private long? _contact;
    private DateTimeOffset _contactAt;
    private long? _return;
    private DateTimeOffset _standsAt;

    /// <summary>The moment by which leases are judged.</summary>
    public DateTimeOffset Now
    {
        get
        {
            lock (_turn)
                return Standing() ?? time.GetUtcNow();
        }
    }

    /// <summary>The database has answered.</summary>
    public void Answered()
    {
        lock (_turn)
        {
            if (IsAway && Standing() is { } standing)
                (_return, _standsAt) = (time.GetTimestamp(), standing);
            (_contact, _contactAt) = (time.GetTimestamp(), time.GetUtcNow());
        }
    }

    /// <summary>
    /// It takes no write, as if its last answer were as long ago as the longest gap. Whoever has leased nothing learns that
    /// late, when leases of others have run out for want of a renewal: those count.
    /// </summary>
    public void Refused()
    {
        lock (_turn)
        {
            if (!IsAway)
                (_contact, _contactAt) = (time.GetTimestamp() - Ticks(MaxGap) - 1, time.GetUtcNow() - MaxGap);
        }
    }

    private long Ticks(TimeSpan span) => (long)(span.TotalSeconds * time.TimestampFrequency);

    private bool IsAway => _contact is { } contact && time.GetElapsedTime(contact) > MaxGap;

    private DateTimeOffset? Standing()
    {
        if (!IsAway)
            return _return is { } since && time.GetElapsedTime(since) < Grace ? _standsAt : null;

        return _return is { } last && time.GetElapsedTime(last, _contact!.Value) < Grace ? _standsAt : _contactAt;
    }
}
