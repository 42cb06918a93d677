using OneTimeJwt.Web.Data;
using OneTimeJwt.Web.Tokens;

namespace OneTimeJwt.Web.Accounts;

/// <summary>An admin's lock, in the form that queries need and in the form that pages ask.</summary>
internal static class AccountLock
{
    public static readonly DateTimeOffset ForGood = OneTimeTokens.LockedForGood;

    public static bool IsForGood(Account account) => OneTimeTokens.IsLockedForGood(account.LockoutEnd);
}
