using Microsoft.EntityFrameworkCore;

namespace OneTimeJwt.Web.Data;

/// <summary>For what is more than one save, where the database may break off: each try has a context that knows nothing of the one before.</summary>
public static class FreshTries
{
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
}
