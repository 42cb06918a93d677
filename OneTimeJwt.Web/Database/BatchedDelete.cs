namespace OneTimeJwt.Web.Database;

/// <summary>Deletes many rows a few at a time, so that other writes needn't wait.</summary>
internal static class BatchedDelete
{
    public const int AtOnce = 500;

    /// <param name="writer">Whose turn each batch takes.</param>
    /// <param name="rows">In the order in which they are deleted.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>How many were deleted.</returns>
    public static async Task<int> RunAsync<T>(SqliteWriteLock writer, IQueryable<T> rows, CancellationToken cancellationToken)
    {
        int removed, sum = 0;
        do
        {
            removed = await writer.RunAsync(() => rows.Take(AtOnce).ExecuteDeleteAsync(cancellationToken), cancellationToken);
            sum += removed;
        }
        while (removed == AtOnce);
        return sum;
    }
}
