namespace OneTimeJwt.Web.SignIn;

/// <summary>Whether links to choose a password are out for an account, or about to be mailed: their keys are made of its hash.</summary>
public delegate Task<bool> FindLinksOut(AccountsContext database, string accountId);

/// <summary>
/// Renews a hash that costs less than new ones, when its password has just proven right. Not where other applications
/// read the database, unless the settings say so; not while a link is out, which it would end; and never from one
/// format to an older one.
/// </summary>
public sealed class HashRenewal(
    AccountsContext database,
    SqliteWriteLock writer,
    IPasswordHasher<Account> hasher,
    PasswordHashLimiter hashing,
    AdoptedDatabase adopted,
    FindLinksOut findLinksOut,
    IOptions<AccountsSettings> settings)
{
    /// <returns>False where the account has another password by now, with which this one is wrong.</returns>
    public async Task<bool> RenewAsync(Account account, string password, CancellationToken cancellationToken)
    {
        var hashes = settings.Value.Hashes;
        if (hashes.Format == PasswordHasherCompatibilityMode.IdentityV2
            || !(hashes.Renew ?? !await adopted.IsAsync(cancellationToken))
            || await findLinksOut(database, account.Id))
            return true;

        // That column alone: a lock that was written meanwhile stays, and so does another password.
        var hash = await hashing.ForSignInAsync(() => hasher.HashPassword(account, password), cancellationToken);
        await writer.RunAsync(
            () =>
                database
                    .RowOf(account)
                    .Where(row => row.PasswordHash == account.PasswordHash)
                    .ExecuteUpdateAsync(
                        row =>
                            row.SetProperty(known => known.PasswordHash, hash)
                                .SetProperty(known => known.ConcurrencyStamp, Guid.NewGuid().ToString()),
                        cancellationToken),
            cancellationToken);
        await database.Entry(account).ReloadAsync(cancellationToken);
        return account.PasswordHash == hash;
    }
}
