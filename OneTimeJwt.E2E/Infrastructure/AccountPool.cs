using System.Threading.Channels;

namespace OneTimeJwt.E2E.Infrastructure;

/// <summary>
/// Hands accounts out, each to one test at a time. In an app of our own they are fresh copies of the seeded ones; a
/// deployed site has the seeded ones only, which are handed back.
/// </summary>
public sealed class AccountPool
{
    private readonly Dictionary<AccountKind, Channel<TestAccount>> _free = Enum.GetValues<AccountKind>().ToDictionary(kind => kind, _ => Channel.CreateUnbounded<TestAccount>());
    private readonly IReadOnlyList<TestAccount> _seeded = Seeds.Read();
    private readonly RunningApp? _app;

    public AccountPool(RunningApp? app)
    {
        _app = app;
        foreach (var account in _seeded.DistinctBy(account => account.Kind))
            _free[account.Kind].Writer.TryWrite(account);
    }

    /// <param name="kind">What it has to be able to do.</param>
    /// <param name="held">How many of them the test has already: a deployed site has but one.</param>
    public async Task<TestAccount> TakeAsync(AccountKind kind, int held = 0)
    {
        if (_app is not null)
            return await AccountRow.CopyAsync(_app, _seeded.First(account => account.Kind == kind));

        Assert.SkipWhen(held > 0, "Needs several throw-away accounts, which a deployed site doesn't have.");
        return await _free[kind].Reader.ReadAsync(TestContext.Current.CancellationToken);
    }

    public void GiveBack(TestAccount account) => _free[account.Kind].Writer.TryWrite(account);
}
