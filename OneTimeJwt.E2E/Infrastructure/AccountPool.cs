using System.Threading.Channels;

namespace OneTimeJwt.E2E.Infrastructure;

/// <summary>
/// Hands accounts out, each to one test at a time. In an app of our own they are fresh copies of the seeded ones; at a
/// deployed site they are invited, or those of its settings, which are handed back.
/// </summary>
public sealed class AccountPool
{
    private readonly Dictionary<AccountKind, Channel<TestAccount>> _free = Enum.GetValues<AccountKind>()
        .ToDictionary(kind => kind, _ => Channel.CreateUnbounded<TestAccount>());
    private readonly IReadOnlyList<TestAccount> _known;
    private readonly RunningApp? _app;
    private readonly InvitedAccounts? _guests;

    /// <param name="app">Of our own; null where the site is deployed.</param>
    /// <param name="known">The accounts that are there already and that tests may have.</param>
    /// <param name="guests">Who invites more ordinary ones.</param>
    public AccountPool(RunningApp? app, IReadOnlyList<TestAccount> known, InvitedAccounts? guests = null)
    {
        (_app, _known, _guests) = (app, known, guests);
        foreach (var account in _known.DistinctBy(account => account.Kind))
            _free[account.Kind].Writer.TryWrite(account);
    }

    /// <param name="kind">What it has to be able to do.</param>
    /// <param name="held">How many of them the test has already: a deployed site has but one, unless guests are invited.</param>
    public async Task<TestAccount> TakeAsync(AccountKind kind, int held = 0)
    {
        if (_app is not null)
            return await AccountRow.CopyAsync(_app, _known.First(account => account.Kind == kind));
        if (_guests is not null && kind == AccountKind.Ordinary)
            return await _guests.InviteAsync();

        Assert.SkipUnless(
            _known.Any(account => account.Kind == kind),
            $"Needs an account of the kind {kind}, and the settings give none ({Seeds.File}).");
        Assert.SkipWhen(
            held > 0,
            $"Needs several throw-away accounts, which a deployed site doesn't have unless an admin invites them "
                + $"({InvitedAccounts.Setting}).");
        return await _free[kind].Reader.ReadAsync(TestContext.Current.CancellationToken);
    }

    public void GiveBack(TestAccount account)
    {
        if (_known.Any(known => known.Email == account.Email))
            _free[account.Kind].Writer.TryWrite(account);
    }
}
