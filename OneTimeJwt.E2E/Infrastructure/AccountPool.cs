using System.Threading.Channels;

namespace OneTimeJwt.E2E.Infrastructure;

/// <summary>
/// Hands accounts out, each to one test at a time. Those of an app of our own are used once; a deployed site has few,
/// which are handed back.
/// </summary>
public sealed class AccountPool
{
    private readonly Dictionary<AccountKind, Channel<TestAccount>> _free;
    private readonly bool _reused;

    public AccountPool(IEnumerable<TestAccount> accounts, bool reused)
    {
        _reused = reused;
        _free = Enum.GetValues<AccountKind>().ToDictionary(kind => kind, _ => Channel.CreateUnbounded<TestAccount>());
        foreach (var account in accounts)
            _free[account.Kind].Writer.TryWrite(account);
    }

    /// <param name="kind">What it has to be able to do.</param>
    /// <param name="held">How many of them the test has already: a deployed site has but one.</param>
    public async Task<TestAccount> TakeAsync(AccountKind kind, int held)
    {
        var free = _free[kind].Reader;
        if (_reused)
        {
            Assert.SkipWhen(held > 0, "Needs several throw-away accounts, which a deployed site doesn't have.");
            return await free.ReadAsync(TestContext.Current.CancellationToken);
        }

        return free.TryRead(out var account) ? account : throw new InvalidOperationException($"No {kind} account is left: let {nameof(Site)} seed more.");
    }

    public void GiveBack(TestAccount account)
    {
        if (_reused)
            _free[account.Kind].Writer.TryWrite(account);
    }
}
