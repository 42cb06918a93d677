using System.Linq.Expressions;
using System.Security.Cryptography;

namespace OneTimeJwt.Web.Accounts;

/// <summary>Whether an account may sign in, and who decided that.</summary>
public enum LockState
{
    Open,

    /// <summary>Locked out for a while, as wrong guesses cause it. Choosing a password by link lifts it.</summary>
    Paused,

    /// <summary>Locked here, by "this wasn't me". Choosing a password by link lifts it.</summary>
    Secured,

    /// <summary>Locked by decision, here or in another application. Only an admin lifts it.</summary>
    Banned,
}

/// <summary>What a lock-out is judged by.</summary>
/// <param name="LockoutEnabled">Where it is off, Identity ignores the date.</param>
/// <param name="LockoutEnd">Identity's date.</param>
/// <param name="SecuredLock">The date that we set after "this wasn't me".</param>
/// <param name="IsInactive">Whether the application that made the account doesn't let it sign in.</param>
public sealed record LockColumns(bool LockoutEnabled, DateTimeOffset? LockoutEnd, DateTimeOffset? SecuredLock, bool IsInactive)
{
    public static Expression<Func<Account, LockColumns>> Of { get; } =
        account => new LockColumns(
            account.LockoutEnabled, account.LockoutEnd, account.RecoveryState!.SecuredLock, account.IsInactive);
}

/// <summary>Whether the users table has a column for the end of a lock-out. Where it hasn't, only "this wasn't me" locks, in a row of
/// ours.</summary>
public delegate bool HasLockout();

/// <summary>
/// The one rule for lock-outs, for sign-in, links, sessions and console alike. Applications ban by a date far ahead, of
/// their own choice; guessing causes short lock-outs. The longest lock-out that guessing may cause tells them apart.
/// </summary>
public sealed class AccountLock(IOptions<AccountsSettings> settings, TimeProvider time, HasLockout hasLockout)
{
    private static readonly DateTimeOffset FarAhead = new(9000, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>The latest end, seen from now, of a lock-out that guessing may have caused.</summary>
    public DateTimeOffset LatestPause
    {
        get
        {
            var (now, longest) = (time.GetUtcNow(), settings.Value.LongestGuessingLockout);
            return now > DateTimeOffset.MaxValue - longest ? DateTimeOffset.MaxValue : now + longest;
        }
    }

    /// <summary>An end for the lock of "this wasn't me" that no other application writes, in whole seconds, since
    /// databases round.</summary>
    public static DateTimeOffset NewSecuredLock() => FarAhead.AddSeconds(RandomNumberGenerator.GetInt32(int.MaxValue));

    /// <summary>Whether the end is the calendar's, give or take what databases round.</summary>
    public static bool IsForGood(DateTimeOffset end) => end >= DateTimeOffset.MaxValue.AddDays(-1);

    public LockState Of(Account account) =>
        Of(new LockColumns(account.LockoutEnabled, account.LockoutEnd, account.RecoveryState?.SecuredLock, account.IsInactive));

    public LockState Of(LockColumns columns) =>
        columns.IsInactive ? LockState.Banned
        : !hasLockout() ? (columns.SecuredLock is null ? LockState.Open : LockState.Secured)
        : !columns.LockoutEnabled || columns.LockoutEnd is not { } end || end <= time.GetUtcNow() ? LockState.Open
        : end <= LatestPause ? LockState.Paused
        : end == columns.SecuredLock ? LockState.Secured
        : LockState.Banned;

    public bool IsBanned(Account account) => Of(account) == LockState.Banned;

    public bool IsBanned(LockColumns columns) => Of(columns) == LockState.Banned;
}
