namespace OneTimeJwt.Web.Database;

/// <summary>Deletes many rows a few at a time, so that other writes needn't wait.</summary>
internal static class BatchedDelete
{
    public const int AtOnce = 500;

    /// <param name="writer">Whose turn each batch takes.</param>
    /// <param name="deleteAsync">Deletes at most <see cref="AtOnce"/> rows.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>How many were deleted.</returns>
    public static async Task<int> RunAsync(SqliteWriteLock writer, Func<Task<int>> deleteAsync, CancellationToken cancellationToken)
    {
        int removed, sum = 0;
        do
        {
            removed = await writer.RunAsync(deleteAsync, cancellationToken);
            sum += removed;
        }
        while (removed == AtOnce);
        return sum;
    }
}
