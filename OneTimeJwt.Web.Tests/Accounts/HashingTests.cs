using OneTimeJwt.Web.Accounts;

namespace OneTimeJwt.Web.Tests.Accounts;

public sealed class HashingTests : IDisposable
{
    private readonly Hashing _hashing = new();

    [Fact]
    public async Task Only_so_many_hashes_are_computed_at_once_that_a_core_is_left()
    {
        var most = Math.Max(1, Environment.ProcessorCount - 1);
        var (now, peak) = (0, 0);
        await Task.WhenAll(Enumerable.Range(0, 4 * (most + 1)).Select(_ => _hashing.ForNewPasswordAsync(() =>
        {
            lock (_hashing)
                peak = Math.Max(peak, ++now);
            Thread.Sleep(10);
            lock (_hashing)
                return now--;
        })));

        Assert.InRange(peak, 1, most);
    }

    [Fact]
    public async Task A_hash_that_fails_gives_its_place_back()
    {
        for (var i = 0; i < 2 * Environment.ProcessorCount; i++)
            await Assert.ThrowsAsync<InvalidOperationException>(() => InTimeAsync(() => throw new InvalidOperationException()));

        Assert.Equal(1, await InTimeAsync(() => 1));
    }

    private Task<int> InTimeAsync(Func<int> hash) => _hashing.ForNewPasswordAsync(hash).WaitAsync(TimeSpan.FromSeconds(10), TestContext.Current.CancellationToken);

    public void Dispose() => _hashing.Dispose();
}
