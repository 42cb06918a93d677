namespace OneTimeJwt.Web.Accounts;

/// <summary>Removes our rows of accounts that another application deleted: no foreign key does it, for the host's keys may be of
/// any type. A few at a time, so that other writes needn't wait.</summary>
internal sealed class DeletedAccounts(IDbContextFactory<AccountsContext> contexts, SqliteWriteLock writer)
{
    private const int AtOnce = 500;

    /// <returns>How many rows were removed.</returns>
    public async Task<int> SweepAsync(CancellationToken cancellationToken)
    {
        await using var database = await contexts.CreateDbContextAsync(cancellationToken);
        // Rules of the database may hide every account from this user.
        var any = database.Users.IgnoreQueryFilters().OrderBy(account => account.Id).Select(account => account.Id);
        if (await any.FirstOrDefaultAsync(cancellationToken) is null)
            return 0;

        // Where the host has a table of its own for them, they are the host's.
        var tokens = database.Identity.Has("UserTokens")
            ? 0
            : await SweepAsync(
                database,
                database.UserTokens.Select(row => row.UserId).Distinct(),
                gone => database.UserTokens.Where(row => gone.Contains(row.UserId)).ExecuteDeleteAsync(cancellationToken),
                cancellationToken);
        return tokens
            + await SweepAsync(
                database,
                database.ConsoleRoleMembers.Select(row => row.AccountId),
                gone => database.ConsoleRoleMembers.Where(row => gone.Contains(row.AccountId)).ExecuteDeleteAsync(cancellationToken),
                cancellationToken)
            + await SweepAsync(
                database,
                database.Passkeys.Select(row => row.UserId),
                gone => database.Passkeys.Where(row => gone.Contains(row.UserId)).ExecuteDeleteAsync(cancellationToken),
                cancellationToken)
            + await SweepAsync(
                database,
                database.RecoveryStates.Select(row => row.AccountId),
                gone => database.RecoveryStates.Where(row => gone.Contains(row.AccountId)).ExecuteDeleteAsync(cancellationToken),
                cancellationToken);
    }

    // An account is saved before our first row of it, or with it: what has none when both are read has lost it for good.
    private async Task<int> SweepAsync(
        AccountsContext database,
        IQueryable<string> ids,
        Func<List<string>, Task<int>> delete,
        CancellationToken cancellationToken)
    {
        var orphans = ids
            .IgnoreQueryFilters()
            .Where(id => !database.Users.Any(account => account.Id == id))
            .OrderBy(id => id)
            .Take(AtOnce);
        int removed, sum = 0;
        do
        {
            var gone = await orphans.ToListAsync(cancellationToken);
            removed = gone.Count == 0 ? 0 : await writer.RunAsync(() => delete(gone), cancellationToken);
            sum += removed;
        }
        while (removed >= AtOnce);
        return sum;
    }
}
