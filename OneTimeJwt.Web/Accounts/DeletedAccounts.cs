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
        return (database.Identity.Has("UserTokens")
                ? 0
                : await SweepAsync<IdentityUserToken<string>>(database, nameof(IdentityUserToken<>.UserId), cancellationToken))
            + await SweepAsync<RecoveryRoleMember>(database, nameof(RecoveryRoleMember.AccountId), cancellationToken)
            + await SweepAsync<StoredPasskey>(database, nameof(StoredPasskey.UserId), cancellationToken)
            + await SweepAsync<RecoveryState>(database, nameof(RecoveryState.AccountId), cancellationToken);
    }

    // An account is saved before our first row of it, or with it: what has none when both are read has lost it for good.
    private async Task<int> SweepAsync<TRow>(AccountsContext database, string accountId, CancellationToken cancellationToken)
        where TRow : class
    {
        var orphans = database.Set<TRow>()
            .IgnoreQueryFilters()
            .Select(row => EF.Property<string>(row, accountId))
            .Distinct()
            .Where(id => !database.Users.Any(account => account.Id == id))
            .OrderBy(id => id)
            .Take(AtOnce);
        int removed, sum = 0;
        do
        {
            var gone = await orphans.ToListAsync(cancellationToken);
            removed = gone.Count == 0 ? 0 : await writer.RunAsync(
                () => database.Set<TRow>().Where(row => gone.Contains(EF.Property<string>(row, accountId)))
                    .ExecuteDeleteAsync(cancellationToken),
                cancellationToken);
            sum += removed;
        }
        while (removed >= AtOnce);
        return sum;
    }
}
