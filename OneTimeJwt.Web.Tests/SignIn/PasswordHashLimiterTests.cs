using OneTimeJwt.Web.SignIn;

namespace OneTimeJwt.Web.Tests.SignIn;

public sealed class PasswordHashLimiterTests : IDisposable
{
    private readonly PasswordHashLimiter _hashing = new();

    [Fact]
    public async Task Sign_ins_leave_a_core()
    {
        var most = Math.Max(1, Environment.ProcessorCount - 1);

        Assert.InRange(await PeakAsync(hash => _hashing.ForSignInAsync(hash, TestContext.Current.CancellationToken)), 1, most);
    }

    [Fact]
    public async Task New_passwords_take_no_more_than_every_core() =>
        Assert.InRange(await PeakAsync(hash => _hashing.ForNewPasswordAsync(hash)), 1, Environment.ProcessorCount);

    [Fact]
    public async Task A_hash_that_fails_gives_its_place_back()
    {
        for (var i = 0; i < 2 * Environment.ProcessorCount; i++)
            await Assert.ThrowsAsync<InvalidOperationException>(() => InTimeAsync(() => throw new InvalidOperationException()));

        Assert.Equal(1, await InTimeAsync(() => 1));
    }

    private async Task<int> PeakAsync(Func<Func<int>, Task<int>> place)
    {
        var (now, peak) = (0, 0);
        await Task.WhenAll(Enumerable.Range(0, 4 * (Environment.ProcessorCount + 1)).Select(_ => place(() =>
        {
            lock (_hashing)
                peak = Math.Max(peak, ++now);
            Thread.Sleep(10);
            lock (_hashing)
                return now--;
        })));
        return peak;
    }

    private Task<int> InTimeAsync(Func<int> hash) =>
        _hashing.ForNewPasswordAsync(hash).WaitAsync(TimeSpan.FromSeconds(10), TestContext.Current.CancellationToken);

    public void Dispose() => _hashing.Dispose();
}
