using OneTimeJwt.Web.Outbox;

namespace OneTimeJwt.Web.Tests.Outbox;

/// <summary>Rows of several callers in one commit.</summary>
public sealed class GroupCommitWriterTests : IAsyncLifetime
{
    private TestApp _app = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private GroupCommitWriter GroupCommitWriter => _app.Services.GetRequiredService<GroupCommitWriter>();

    [Fact]
    public async Task A_row_that_the_database_refuses_fails_alone()
    {
        await HostWrites.SqlAsync(
            _app,
            "CREATE TRIGGER refuse BEFORE INSERT ON RecoveryTrail WHEN NEW.Detail = 'bad' BEGIN SELECT RAISE(ABORT, 'not this one'); END");

        var writes = await TogetherAsync(() =>
            [.. Enumerable.Range(0, 100).Select(i => GroupCommitWriter.AppendAsync(Line(i % 33 == 5 ? "bad" : "good"), Cancellation))]);

        Assert.Equal(3, writes.Count(write => write.Exception?.InnerException is DbUpdateException));
        Assert.Equal(97, await CountAsync("good"));
    }

    [Fact]
    public async Task A_lease_that_was_lost_fails_alone_and_nothing_of_it_is_written()
    {
        var (kept, lost) = (Leased(), Leased());
        await _app.WithAsync<AccountsContext, int>(database =>
        {
            database.AddRange(kept, lost);
            return database.SaveChangesAsync();
        });
        await HostWrites.SqlAsync(_app, $"UPDATE RecoveryOutbox SET Lease = upper('{Guid.NewGuid()}') WHERE Id = upper('{lost.Id}')");

        var writes = await TogetherAsync(() =>
            [GroupCommitWriter.ReplaceAsync(lost, Line("lost")), GroupCommitWriter.ReplaceAsync(kept, Line("kept"))]);

        Assert.IsType<DbUpdateConcurrencyException>(writes[0].Exception?.InnerException);
        Assert.True(writes[1].IsCompletedSuccessfully);
        Assert.Equal((0, 1), (await CountAsync("lost"), await CountAsync("kept")));
        var left = await _app.WithAsync<AccountsContext, List<Guid>>(database =>
            database.Outbox.Where(mail => mail.Id == kept.Id || mail.Id == lost.Id).Select(mail => mail.Id).ToListAsync());
        Assert.Equal([lost.Id], left);
    }

    [Fact]
    public async Task An_event_with_a_derived_id_is_recorded_once_in_a_group_and_after_it()
    {
        var id = RecoveryEvent.IdOf("once");
        RecoveryEvent Once() => new() { Id = id, At = DateTimeOffset.UtcNow, Kind = RecoveryEventKind.Opened, Detail = "once" };

        await Task.WhenAll(await TogetherAsync(() =>
            [GroupCommitWriter.AppendAsync(Once(), Cancellation), GroupCommitWriter.AppendAsync(Once(), Cancellation)]));
        await GroupCommitWriter.AppendAsync(Once(), Cancellation);

        Assert.Equal(1, await CountAsync("once"));
    }

    public async ValueTask InitializeAsync() => _app = await TestApp.StartAsync(provider: DatabaseProvider.Sqlite);

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    // What comes while somebody else writes is one group.
    private async Task<List<Task>> TogetherAsync(Func<List<Task>> write)
    {
        var (done, has) = (new TaskCompletionSource(), new TaskCompletionSource());
        var turn = _app.Services.GetRequiredService<SqliteWriteLock>().RunAsync(
            async () =>
            {
                has.SetResult();
                await done.Task;
                return 0;
            },
            Cancellation);
        await has.Task;
        var writes = write();
        done.SetResult();
        await turn;
        await Task.WhenAll(writes).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return writes;
    }

    private Task<int> CountAsync(string detail) =>
        _app.WithAsync<AccountsContext, int>(database => database.Trail.CountAsync(line => line.Detail == detail));

    // Due later, so that the worker leaves it alone.
    private static OutboxMail Leased() => new()
    {
        Kind = OutboxKind.ResetLink,
        AccountId = "nobody",
        RequestedAt = DateTimeOffset.UtcNow,
        DueAt = DateTimeOffset.UtcNow.AddMinutes(10),
        Lease = Guid.NewGuid(),
    };

    private static RecoveryEvent Line(string detail) =>
        new() { At = DateTimeOffset.UtcNow, Kind = RecoveryEventKind.Requested, Detail = detail };
}
