using OneTimeJwt.Web.Audit;

namespace OneTimeJwt.Web.SignIn;

/// <summary>
/// Gives an account a security stamp that has none, as some applications leave it: without one nothing makes a link
/// one-time, and no session can be told from another. Done where a link is about to be mailed to the account's own
/// address, or where its owner has just signed in.
/// </summary>
public sealed class StampRepair(IDbContextFactory<AccountsContext> contexts, TimeProvider time)
{
    /// <returns>False where it still has none.</returns>
    public async Task<bool> EnsureAsync(AccountsContext database, Account account)
    {
        if (!string.IsNullOrEmpty(account.SecurityStamp))
            return true;

        await GiveAsync(account.Id);
        await database.Entry(account).ReloadAsync();
        return !string.IsNullOrEmpty(account.SecurityStamp);
    }

    /// <returns>The account as it is now; null where it is gone. Of concurrent calls one gives the stamp.</returns>
    public async Task<Account?> GiveAsync(string accountId)
    {
        await using var database = await contexts.CreateDbContextAsync();
        if (await database.Users.SingleOrDefaultAsync(row => row.Id == accountId) is { SecurityStamp: null or "" } account)
        {
            account.RenewStamps();
            database.Add(RecoveryEvent.Of(RecoveryEventKind.StampGiven, accountId, time.GetUtcNow()));
            try
            {
                await database.SaveChangesAsync();
            }
            catch (DbUpdateException fault) when (fault.IsConflict())
            {
                // Another request changed the account, most likely by giving it one; or this one did, and its commit was in doubt.
            }
        }

        return await database.Users.AsNoTracking().SingleOrDefaultAsync(row => row.Id == accountId);
    }
}
