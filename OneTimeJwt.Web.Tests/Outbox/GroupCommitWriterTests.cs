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

    private static RecoveryEvent Line(string detail) =>
        new() { At = DateTimeOffset.UtcNow, Kind = RecoveryEventKind.Requested, Detail = detail };
}
