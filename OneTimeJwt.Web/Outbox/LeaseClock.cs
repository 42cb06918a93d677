namespace OneTimeJwt.Web.Outbox;

/// <summary>
/// The clock of leases stops while the database is away, since nobody can renew them: for some seconds after its return, leases that
/// have run out since still count, so that their holders can renew them and record what they have sent.
/// </summary>
internal sealed class LeaseClock(TimeProvider time)
{
    // Twice the renewal interval and half a lease: no lease runs out in a shorter gap.
    private static readonly TimeSpan MaxGap = TimeSpan.FromSeconds(10);

    // The longest that a renewal takes that began before the return: an interval, a failing connection and the next one.
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(15);

    private readonly Lock _lock = new();
    private long? _contact;
    private DateTimeOffset _contactAt;
    private long? _return;
    private DateTimeOffset _standsAt;

    /// <summary>The time by which leases are judged.</summary>
    public DateTimeOffset Now
    {
        get
        {
            lock (_lock)
                return Standing() ?? time.GetUtcNow();
        }
    }

    /// <summary>The database has answered.</summary>
    public void Answered()
    {
        lock (_lock)
        {
            if (IsAway && Standing() is { } standing)
                (_return, _standsAt) = (time.GetTimestamp(), standing);
            (_contact, _contactAt) = (time.GetTimestamp(), time.GetUtcNow());
        }
    }

    /// <summary>
    /// It accepts no write: counts as if its last answer were the maximum gap ago. A node that has leased nothing learns this late,
    /// when leases of other nodes have run out already; those still count.
    /// </summary>
    public void Refused()
    {
        lock (_lock)
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
