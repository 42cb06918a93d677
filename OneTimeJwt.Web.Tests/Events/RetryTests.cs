using Microsoft.Extensions.Time.Testing;
using OneTimeJwt.Web.Events;

namespace OneTimeJwt.Web.Tests.Events;

/// <summary>When an event is sent again, and when a destination is left alone.</summary>
public sealed class RetryTests
{
    private const int Max = 32;

    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 1, 5, 9, 0, 0, TimeSpan.Zero));

    [Fact]
    public void Tries_come_further_and_further_apart_from_seconds_to_a_day()
    {
        var delays = Enumerable.Range(1, 12).Select(failures => RetrySchedule.Delay(failures, wait: null)).ToList();

        Assert.InRange(delays[0], TimeSpan.FromSeconds(4), TimeSpan.FromSeconds(6));
        Assert.InRange(delays[1], TimeSpan.FromMinutes(4), TimeSpan.FromMinutes(6));
        Assert.InRange(delays[^1], TimeSpan.FromHours(21), TimeSpan.FromHours(27));
        Assert.True(delays.Take(8).Zip(delays.Skip(1)).All(pair => pair.First < pair.Second));
        Assert.True(Enumerable.Range(0, 50).Select(_ => RetrySchedule.Delay(1, wait: null)).Distinct().Count() > 5, "There is no jitter.");
    }

    [Theory]
    [InlineData(-60, 5)]
    [InlineData(1, 5)]
    [InlineData(3600, 3600)]
    [InlineData(10_000_000, 86_400)]
    public void What_a_receiver_asks_for_is_the_least_up_to_a_day(int asked, int seconds) =>
        Assert.InRange(RetrySchedule.Delay(1, TimeSpan.FromSeconds(asked)).TotalSeconds, seconds * 0.89, seconds * 1.11);

    [Fact]
    public void A_destination_that_fails_again_and_again_is_tried_with_one_event_after_longer_and_longer_pauses()
    {
        var pace = new DestinationPace(Max, _time);
        Assert.Equal(Max, pace.Room(0));
        Fail(pace, 2);
        Assert.Equal(Max - 3, pace.Room(3));

        // All that were on their way count as one failure.
        Fail(pace, Max);
        var pauses = new List<TimeSpan>();
        for (var i = 0; i < 10; i++)
        {
            pauses.Add(Pause(pace));
            Assert.Equal((1, 0), (pace.Room(0), pace.Room(1)));
            Fail(pace, 1);
        }

        Assert.InRange(pauses[0], TimeSpan.FromSeconds(4), TimeSpan.FromSeconds(6.5));
        Assert.InRange(pauses[1], TimeSpan.FromSeconds(8.5), TimeSpan.FromSeconds(12));
        Assert.InRange(pauses[^1], TimeSpan.FromMinutes(4), TimeSpan.FromMinutes(6));
    }

    [Fact]
    public void It_is_used_whole_again_after_a_few_successes()
    {
        var pace = new DestinationPace(Max, _time);
        Fail(pace, Max);
        Pause(pace);

        Assert.True(pace.Succeeded());
        Assert.Equal(2, pace.Room(0));
        for (var i = 0; i < 4; i++)
            Assert.False(pace.Succeeded());
        Assert.Equal(Max, pace.Room(0));
    }

    [Fact]
    public void Single_failures_between_successes_change_nothing()
    {
        var pace = new DestinationPace(Max, _time);
        for (var i = 0; i < 20; i++)
        {
            Fail(pace, 2);
            Assert.Equal(Max, pace.Room(0));
            Assert.False(pace.Succeeded());
        }
    }

    [Fact]
    public void What_asks_to_be_left_alone_is_at_once_and_as_long()
    {
        var pace = new DestinationPace(Max, _time);

        pace.Failed(TimeSpan.FromMinutes(20));
        Fail(pace, 5);

        Assert.InRange(Pause(pace), TimeSpan.FromMinutes(20), TimeSpan.FromMinutes(20.1));
        pace.Failed(wait: null);
        Assert.InRange(Pause(pace), TimeSpan.FromSeconds(8), TimeSpan.FromSeconds(12));
    }

    [Fact]
    public void A_clock_that_is_set_back_holds_nothing_up()
    {
        _time.AdjustTime(new DateTimeOffset(2036, 1, 5, 9, 0, 0, TimeSpan.Zero));
        var pace = new DestinationPace(Max, _time);
        Fail(pace, 3);

        _time.AdjustTime(new DateTimeOffset(2026, 1, 5, 9, 0, 0, TimeSpan.Zero));

        Assert.Equal(1, pace.Room(0));
    }

    private static void Fail(DestinationPace pace, int times)
    {
        for (var i = 0; i < times; i++)
            pace.Failed(wait: null);
    }

    private TimeSpan Pause(DestinationPace pace)
    {
        var since = _time.GetUtcNow();
        while (pace.Room(0) == 0)
            _time.Advance(TimeSpan.FromMilliseconds(250));
        return _time.GetUtcNow() - since;
    }
}
