using OneTimeJwt.Web.Events;

namespace OneTimeJwt.Web.Tests.Events;

/// <summary>Which rows are leased, and which are removed without having been sent.</summary>
public sealed class EventQueueTests(AppOnEach apps) : IClassFixture<AppOnEach>
{
    public static TheoryData<DatabaseProvider> Providers => [.. AppOnEach.Providers];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [MemberData(nameof(Providers))]
    public async Task Of_each_account_the_first_is_leased_and_the_next_one_when_that_is_gone(DatabaseProvider provider)
    {
        var (queue, to) = await QueueAsync(provider);
        await AddAsync(provider, Row(to, "a"), Row(to, "a"), Row(to, "b"), Row(to, accountId: null), Row(to, accountId: null));

        var first = await queue.LeaseAsync(to, 10, Cancellation);
        Assert.Equal(["a", "b", null, null], first.Select(row => row.AccountId));
        Assert.Empty(await queue.LeaseAsync(to, 10, Cancellation));

        await queue.RemoveAsync([first[1]]);
        Assert.Empty(await queue.LeaseAsync(to, 10, Cancellation));
        await queue.RemoveAsync([first[0]]);
        var second = await queue.LeaseAsync(to, 10, Cancellation);
        Assert.Equal("a", Assert.Single(second).AccountId);
        Assert.True(second[0].Id > first[0].Id);
    }

    [Theory]
    [MemberData(nameof(Providers))]
    public async Task Another_destination_does_not_wait(DatabaseProvider provider)
    {
        var (queue, to) = await QueueAsync(provider);
        var (_, other) = await QueueAsync(provider);
        await AddAsync(provider, Row(to, "a"), Row(other, "a"));

        Assert.Single(await queue.LeaseAsync(to, 10, Cancellation));
        Assert.Single(await queue.LeaseAsync(other, 10, Cancellation));
    }

    [Theory]
    [MemberData(nameof(Providers))]
    public async Task Of_leases_at_the_same_moment_one_gets_a_row(DatabaseProvider provider)
    {
        var (queue, to) = await QueueAsync(provider);
        await AddAsync(provider, [.. Enumerable.Range(0, 40).Select(i => Row(to, $"{i}"))]);

        var leased = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => queue.LeaseAsync(to, 10, Cancellation)));

        var all = leased.SelectMany(rows => rows).Select(row => row.Id).ToList();
        Assert.Equal(all.Count, all.Distinct().Count());
        Assert.NotEmpty(all);
    }

    [Theory]
    [MemberData(nameof(Providers))]
    public async Task A_lease_runs_out_and_whoever_had_it_changes_nothing_any_more(DatabaseProvider provider)
    {
        var (queue, to) = await QueueAsync(provider);
        var app = await apps.OnAsync(provider);
        await AddAsync(provider, Row(to, "a"));
        var lost = await queue.LeaseAsync(to, 10, Cancellation);

        app.Clock.Move(EventQueue.LeaseTime + TimeSpan.FromSeconds(1));
        Assert.Single(await queue.LeaseAsync(to, 10, Cancellation));
        await queue.RemoveAsync(lost);
        await queue.RetryLaterAsync(lost[0], wait: null);
        await queue.PutBackAsync(lost);

        Assert.Equal((1, 0), await StateAsync(provider, to));
        Assert.Empty(await queue.LeaseAsync(to, 10, Cancellation));
    }

    [Theory]
    [MemberData(nameof(Providers))]
    public async Task What_failed_comes_again_later_and_at_once_where_the_destination_is_back(DatabaseProvider provider)
    {
        var (queue, to) = await QueueAsync(provider);
        var app = await apps.OnAsync(provider);
        await AddAsync(provider, Row(to, "a"));
        foreach (var attempts in new[] { 1, 2 })
        {
            await queue.RetryLaterAsync((await queue.LeaseAsync(to, 10, Cancellation)).Single(), wait: null);
            Assert.Equal((1, attempts), await StateAsync(provider, to));
            Assert.Empty(await queue.LeaseAsync(to, 10, Cancellation));
            app.Clock.Move(TimeSpan.FromSeconds(7));
        }

        Assert.Empty(await queue.LeaseAsync(to, 10, Cancellation));
        await queue.BringForwardAsync(to);
        Assert.Single(await queue.LeaseAsync(to, 10, Cancellation));
    }

    [Theory]
    [MemberData(nameof(Providers))]
    public async Task What_nobody_will_send_is_removed_and_nothing_else(DatabaseProvider provider)
    {
        var (queue, to) = await QueueAsync(provider);
        var (_, gone) = await QueueAsync(provider);
        var app = await apps.OnAsync(provider);
        await AddAsync(provider, Row(to, "a"), Row(gone, "a"), Row(gone, "b"));

        Assert.Equal(0, await queue.RemoveUnknownAsync([to], Cancellation));
        app.Clock.Move(TimeSpan.FromHours(25));
        Assert.InRange(await queue.RemoveUnknownAsync([to], Cancellation), 2, 100);
        Assert.Equal((0, 1), ((await StateAsync(provider, gone)).Count, (await StateAsync(provider, to)).Count));

        Assert.Equal(0, await queue.RemoveExpiredAsync(to, Cancellation));
        app.Clock.Move(TimeSpan.FromDays(3));
        Assert.Equal(1, await queue.RemoveExpiredAsync(to, Cancellation));
    }

    [Theory]
    [MemberData(nameof(Providers))]
    public async Task A_clock_that_is_set_back_holds_nothing_up(DatabaseProvider provider)
    {
        var (queue, to) = await QueueAsync(provider);
        var app = await apps.OnAsync(provider);
        await AddAsync(provider, Row(to, "a"), Row(to, "b"));
        await queue.LeaseAsync(to, 1, Cancellation);

        app.Clock.Move(-TimeSpan.FromDays(30));
        await queue.BringForwardAsync(to);
        Assert.Equal(2, (await queue.LeaseAsync(to, 10, Cancellation)).Count);
        app.Clock.Move(TimeSpan.FromDays(30));
    }

    // The app has no destinations of its own, so nothing else leases.
    private async Task<(EventQueue Queue, string To)> QueueAsync(DatabaseProvider provider) =>
        ((await apps.OnAsync(provider)).Services.GetRequiredService<EventQueue>(), $"to-{Guid.NewGuid():N}");

    private static Func<DateTimeOffset, EventDelivery> Row(string to, string? accountId) => now =>
        new EventDelivery { EventId = Guid.NewGuid(), Destination = to, AccountId = accountId, WrittenAt = now, DueAt = now };

    private async Task AddAsync(DatabaseProvider provider, params Func<DateTimeOffset, EventDelivery>[] rows)
    {
        var app = await apps.OnAsync(provider);
        await app.WithAsync<AccountsContext, int>(database =>
        {
            database.AddRange(rows.Select(row => row(app.Clock.GetUtcNow())));
            return database.SaveChangesAsync(Cancellation);
        });
    }

    private async Task<(int Count, int Attempts)> StateAsync(DatabaseProvider provider, string to) =>
        await (await apps.OnAsync(provider)).WithAsync<AccountsContext, (int, int)>(async database =>
        {
            var attempts = await database.EventDeliveries
                .Where(row => row.Destination == to)
                .Select(row => row.Attempts)
                .ToListAsync(Cancellation);
            return (attempts.Count, attempts.DefaultIfEmpty().Max());
        });
}
