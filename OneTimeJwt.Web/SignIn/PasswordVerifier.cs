namespace OneTimeJwt.Web.SignIn;

/// <summary>
/// Finds the account whose password was typed. The hash is computed for every address, before anything else is looked at, so
/// that unknown, unconfirmed, locked and password-less accounts cost what a wrong password costs.
/// </summary>
public sealed class PasswordVerifier(
    AccountsContext database,
    AccountLookup lookup,
    PasswordCheck check,
    HashRenewal renewal,
    StampRepair stamps,
    SignInLockout lockout)
{
    /// <summary>
    /// By user name or address. Where several accounts have the address, the password decides. Wrong guesses count against
    /// the accounts of the address; one whose user name only looks like it is not locked by them, and is not tried while
    /// they lock all the others.
    /// </summary>
    public async Task<Account?> FindAsync(
        string nameOrAddress,
        string password,
        Func<Account, Task<bool>> canSignIn,
        CancellationToken cancellationToken)
    {
        var (addressed, named) = await lookup.FindAsync(database, nameOrAddress);
        var tried = addressed.ToList();
        if (named is not null && (addressed.Count == 0 || !addressed.All(lockout.IsPaused)))
            tried.Add(named);
        return await FindAsync(tried, addressed.Count > 0 ? addressed : tried, password, canSignIn, cancellationToken);
    }

    /// <summary>Whether this is the account's password and it may sign in; a wrong one counts towards the lock-out.</summary>
    public async Task<bool> CheckAsync(
        Account account,
        string password,
        Func<Account, Task<bool>> canSignIn,
        CancellationToken cancellationToken) =>
        await FindAsync([account], [account], password, canSignIn, cancellationToken) is not null;

    // All are compared, also after one fitted: which one it was, and whether it may sign in, must not show in the time.
    private async Task<Account?> FindAsync(
        IReadOnlyList<Account> tried,
        IReadOnlyList<Account> counted,
        string password,
        Func<Account, Task<bool>> canSignIn,
        CancellationToken cancellationToken)
    {
        var wrong = new List<Account>();
        foreach (var (account, outcome) in tried.Zip(await check.CompareAsync(tried, password, cancellationToken)))
        {
            // While the hash waited its turn, others may have locked the account or changed its password.
            var compared = account.PasswordHash;
            await database.Entry(account).ReloadAsync(CancellationToken.None);
            if (
                account.PasswordHash is null
                || account.PasswordHash != compared
                || !await canSignIn(account)
                || !lockout.IsOpen(account))
                continue;
            if (outcome == PasswordVerificationResult.Failed)
                wrong.Add(account);
            else if (await AcceptAsync(account, password, outcome, cancellationToken))
                return account;
        }

        foreach (var account in wrong.Where(counted.Contains))
            await lockout.CountFailureAsync(account);
        return null;
    }

    private async Task<bool> AcceptAsync(
        Account account,
        string password,
        PasswordVerificationResult outcome,
        CancellationToken cancellationToken)
    {
        if (
            outcome == PasswordVerificationResult.SuccessRehashNeeded
            && !await renewal.RenewAsync(account, password, cancellationToken))
            return false;

        await lockout.WriteSuccessAsync(account, forgive: !account.TwoFactorEnabled);
        return await lockout.IsStillOpenAsync(account) && await stamps.EnsureAsync(database, account);
    }
}
