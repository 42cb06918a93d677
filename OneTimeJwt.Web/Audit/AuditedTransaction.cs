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
        var change = new Change<T>(eventId, lockAsync, changeAsync);
        for (var tries = 1; ; tries++)
        {
            try
            {
                return await writer.RunAsync(() => contexts.TryAsync((database, _) => change.CommitAsync(database)));
            }
            catch (DbUpdateException fault) when (!change.IsInDoubt && tries < MaxTries && fault.IsConflict())
            {
                // Another node or a notice changed the same rows.
            }
            catch (Exception fault) when (change.IsInDoubt)
            {
                if (await writer.RunAsync(() => IsDoneAsync(change, fault)))
                    return change.Outcome!;
                throw;
            }
        }
    }

    private async Task<bool> IsDoneAsync<T>(Change<T> change, Exception fault)
    {
        try
        {
            return await contexts.TryAsync((database, _) => change.IsDoneAsync(database));
        }
        catch (Exception other) when (other is not CommitInDoubtException)
        {
            throw new CommitInDoubtException(fault);
        }
    }

    private sealed class Change<T>(Guid eventId, Func<AccountsContext, Task> lockAsync, Func<AccountsContext, Task<T>> changeAsync)
    {
        /// <summary>Whether the outcome of a commit is unknown.</summary>
        public bool IsInDoubt { get; private set; }

        public T? Outcome { get; private set; }

        public async Task<T> CommitAsync(AccountsContext database)
        {
            if (IsInDoubt && await IsDoneAsync(database))
                return Outcome!;

            IsInDoubt = false;
            await using var transaction = await database.Database.BeginTransactionAsync();
            var outcome = await changeAsync(database);
            if (!database.ChangeTracker.Entries<RecoveryEvent>().Any(line => line.Entity.Id == eventId))
                return outcome;

            await database.SaveChangesAsync();
            (Outcome, IsInDoubt) = (outcome, true);
            await transaction.CommitAsync();
            return outcome;
        }

        public Task<bool> IsDoneAsync(AccountsContext database) => database.IsConfirmedAsync(async () =>
        {
            await using var transaction = await database.Database.BeginTransactionAsync();
            await lockAsync(database);
            return await database.Trail.AnyAsync(line => line.Id == eventId);
        });
    }
}
