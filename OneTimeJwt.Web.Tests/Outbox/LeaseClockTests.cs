using OneTimeJwt.Web.Outbox;

namespace OneTimeJwt.Web.Tests.Outbox;

/// <summary>By which moment leases are judged while the database is away and after it is back.</summary>
public sealed class LeaseClockTests
{
    private static readonly DateTimeOffset Start = new(2026, 1, 5, 9, 0, 0, TimeSpan.Zero);

    // When the database answered, and at which second leases are judged by which; in seconds.
    [Theory]
    [InlineData(new int[0], 40, 40)]
    [InlineData(new[] { 40 }, 41, 41)]
    [InlineData(new[] { 0, 5, 10, 15 }, 20, 20)]
    [InlineData(new[] { 0, 1 }, 11, 11)]
    [InlineData(new[] { 0, 1 }, 12, 1)]
    [InlineData(new[] { 0, 1, 61 }, 61, 1)]
    [InlineData(new[] { 0, 1, 61, 62, 66 }, 75, 1)]
    [InlineData(new[] { 0, 1, 61, 62, 66, 71, 76 }, 76, 76)]
    [InlineData(new[] { 0, 1, 61, 64, 94, 95 }, 100, 1)]
    [InlineData(new[] { 0, 1, 61, 70, 80, 120 }, 121, 80)]
    public void It_stands_still_while_the_database_is_away_and_for_some_seconds_after(int[] answers, int at, int judgedBy)
    {
        var time = new Seconds();
        var clock = new LeaseClock(time);
        foreach (var second in answers)
        {
            time.Now = second;
            clock.Answered();
        }

        time.Now = at;
        Assert.Equal(Start.AddSeconds(judgedBy), clock.Now);
    }

    // Queries are answered throughout, the first write is refused, and at last one is taken; in seconds.
    [Theory]
    [InlineData(30, 60, 30, 20)]
    [InlineData(30, 60, 59, 20)]
    [InlineData(30, 60, 61, 20)]
    [InlineData(30, 60, 74, 20)]
    [InlineData(30, 60, 76, 76)]
    public void It_stands_still_while_no_write_is_taken(int refused, int taken, int at, int judgedBy)
    {
        var time = new Seconds();
        var clock = new LeaseClock(time);
        for (time.Now = 0; time.Now < at; time.Now++)
        {
            if (time.Now >= refused && time.Now < taken)
                clock.Refused();
            else
                clock.Answered();
        }

        if (at >= refused && at < taken)
            clock.Refused();
        Assert.Equal(Start.AddSeconds(judgedBy), clock.Now);
    }

    private sealed class Seconds : TimeProvider
    {
        public int Now { get; set; }

        public override long TimestampFrequency => 1;

        public override DateTimeOffset GetUtcNow() => Start.AddSeconds(Now);

        public override long GetTimestamp() => Now;
    }
}
