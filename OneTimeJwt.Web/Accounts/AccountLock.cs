using OneTimeJwt.Web.Data;
using OneTimeJwt.Web.Tokens;

namespace OneTimeJwt.Web.Accounts;

/// <summary>An admin's lock, in the form that queries need and in the form that pages ask.</summary>
internal static class AccountLock
{
    public static readonly DateTimeOffset ForGood = OneTimeTokens.LockedForGood;

    /// <summary>How an account is locked whose owner said "this wasn't me": no admin's lock, so that a password chosen by link lifts it, and as long.</summary>
    public static readonly DateTimeOffset UntilReset = new(9999, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public static bool IsUntilReset(Account account) => account.LockoutEnd >= UntilReset && !IsForGood(account);

    public static bool IsForGood(Account account) => OneTimeTokens.IsLockedForGood(account.LockoutEnd);
}
