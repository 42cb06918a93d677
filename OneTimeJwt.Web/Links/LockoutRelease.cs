namespace OneTimeJwt.Web.Links;

/// <summary>Lifts the lock-outs that choosing a password by link lifts; a ban stays.</summary>
internal sealed class LockoutRelease(AccountsContext database, AccountLock accountLock)
{
    // A statement of its own, judged again by the database: another application may ban the account at this moment without
    // changing the concurrency stamp. The change that follows leaves that column alone.
    public async Task ReleaseAsync(Account account)
    {
        var row = database.RowOf(account);
        var (latestPause, secured) = (accountLock.LatestPause, account.RecoveryState?.SecuredLock);
        switch (accountLock.Of(account))
        {
            case LockState.Paused:
                var released = await ClearAsync(row.Where(known => known.LockoutEnd <= latestPause));
                // SQLite compares text, which other applications write in many ways.
                if (released == 0 && accountLock.Of(await row.Select(LockColumns.Of).SingleAsync()) == LockState.Paused)
                    account.LockoutEnd = null;
                break;
            case LockState.Secured:
                if (database.Identity.HasLockout)
                    await ClearAsync(row.Where(known => known.LockoutEnd == secured));
                account.RecoveryState!.SecuredLock = null;
                account.RecoveryState.Renew();
                break;
        }
    }

    private static Task<int> ClearAsync(IQueryable<Account> row) =>
        row.ExecuteUpdateAsync(known => known.SetProperty(r => r.LockoutEnd, (DateTimeOffset?)null));
}
