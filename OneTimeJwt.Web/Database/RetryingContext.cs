namespace OneTimeJwt.Web.Database;

/// <summary>For what is more than one save, where the database may break off: each try has a context that knows
/// nothing of the one before.</summary>
public static class RetryingContext
{
    private const int MaxTries = 8;

    /// <param name="contexts">Where contexts come from.</param>
    /// <param name="act">What is tried, with the number of tries that were broken off before.</param>
    public static async Task<T> TryAsync<T>(this IDbContextFactory<AccountsContext> contexts, Func<AccountsContext, int, Task<T>> act)
    {
        await using var any = await contexts.CreateDbContextAsync();
        var brokenOff = 0;
        return await any.Database.CreateExecutionStrategy().ExecuteAsync(async () =>
        {
            await using var database = await contexts.CreateDbContextAsync();
            return await act(database, brokenOff++);
        });
    }

    /// <summary>The same, and again after a concurrency conflict: each try reads and judges afresh.</summary>
    public static async Task<T> TryDespiteConflictsAsync<T>(
        this IDbContextFactory<AccountsContext> contexts,
        Func<AccountsContext, Task<T>> act)
    {
        for (var tries = 1; ; tries++)
        {
            try
            {
                return await contexts.TryAsync((database, _) => act(database));
            }
            catch (DbUpdateException fault) when (tries < MaxTries && fault.IsConflict())
            {
                // The next one finds what the other has written.
            }
        }
    }
}
