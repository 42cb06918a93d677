namespace OneTimeJwt.Web.Audit;

/// <summary>
/// A change and its event, in one transaction. After a conflict or a broken connection it is judged again; it is carried out once:
/// where the outcome of a commit is unknown, the event tells.
/// </summary>
public sealed class AuditedTransaction(IDbContextFactory<AccountsContext> contexts, SqliteWriteLock writer)
{
    private const int MaxTries = 8;

    /// <param name="eventId">The id of the event that the change adds. Without the event nothing is written.</param>
    /// <param name="lockAsync">Takes the locks of the change, so that no earlier try is still being committed.</param>
    /// <param name="changeAsync">Judges, and adds rows to the context; called at each try.</param>
    /// <returns>The result of the committed try; of the last one where nothing was written.</returns>
    /// <exception cref="CommitInDoubtException">It may have happened, which can't be found out.</exception>
    public async Task<T> RunAsync<T>(Guid eventId, Func<AccountsContext, Task> lockAsync, Func<AccountsContext, Task<T>> changeAsync)
    {
        // Whether the outcome of a commit is unknown, and what comes of it if it was done.
        var (isInDoubt, outcome) = (false, default(T));
        for (var tries = 1; ; tries++)
        {
            try
            {
                return await writer.RunAsync(() => contexts.TryAsync((database, _) => CommitAsync(database)));
            }
            catch (DbUpdateException fault) when (!isInDoubt && tries < MaxTries && fault.IsConflict())
            {
                // Another node or a notice changed the same rows.
            }
            catch (Exception fault) when (isInDoubt)
            {
                if (await writer.RunAsync(() => FindAsync(fault)))
                    return outcome!;
                throw;
            }
        }

        async Task<T> CommitAsync(AccountsContext database)
        {
            if (isInDoubt && await IsDoneAsync(database))
                return outcome!;

            isInDoubt = false;
            await using var transaction = await database.Database.BeginTransactionAsync();
            var judged = await changeAsync(database);
            if (!database.ChangeTracker.Entries<RecoveryEvent>().Any(line => line.Entity.Id == eventId))
                return judged;

            await database.SaveChangesAsync();
            (outcome, isInDoubt) = (judged, true);
            await transaction.CommitAsync();
            return judged;
        }

        async Task<bool> FindAsync(Exception fault)
        {
            try
            {
                return await contexts.TryAsync((database, _) => IsDoneAsync(database));
            }
            catch (Exception other) when (other is not CommitInDoubtException)
            {
                throw new CommitInDoubtException(fault);
            }
        }

        Task<bool> IsDoneAsync(AccountsContext database) => database.IsConfirmedAsync(async () =>
        {
            await using var transaction = await database.Database.BeginTransactionAsync();
            await lockAsync(database);
            return await database.Trail.AnyAsync(line => line.Id == eventId);
        });
    }
}
