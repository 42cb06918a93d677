namespace OneTimeJwt.Web.Database;

/// <summary>
/// What another application keeps beside a password, such as refresh tokens, and what goes in the same transaction as that
/// password: see <see cref="IdentitySettings.ClearOnReset"/> and <see cref="IdentitySettings.ClearPasskeys"/>.
/// </summary>
internal sealed class HostRows(AccountsContext context)
{
    private readonly List<(string Sql, string AccountId)> _statements = [.. Statements(context)];

    public bool AreNeeded => _statements.Count > 0;

    /// <param name="save">Writes the changes and leaves them marked as such.</param>
    /// <param name="accept">Whether they count as written then.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task<int> SaveAsync(Func<Task<int>> save, bool accept, CancellationToken cancellationToken)
    {
        var written = context.Database.CurrentTransaction is not null
            ? await SaveInAsync(save, cancellationToken)
            : await context.Database.CreateExecutionStrategy().ExecuteAsync(async () =>
            {
                await using var transaction = await context.Database.BeginTransactionAsync(cancellationToken);
                var count = await SaveInAsync(save, cancellationToken);
                await transaction.CommitAsync(cancellationToken);
                return count;
            });
        if (accept)
            context.ChangeTracker.AcceptAllChanges();
        return written;
    }

    private async Task<int> SaveInAsync(Func<Task<int>> save, CancellationToken cancellationToken)
    {
        var written = await save();
        foreach (var (sql, id) in _statements)
            await context.Database.ExecuteSqlRawAsync(sql, context.Identity.KeyValues(id), cancellationToken);
        return written;
    }

    // What the changes that are about to be saved mean for the other application's rows.
    private static IEnumerable<(string Sql, string AccountId)> Statements(AccountsContext context)
    {
        var identity = context.Identity;
        if (identity.ClearOnReset.Count == 0 && !identity.ClearsPasskeys)
            yield break;

        var columns = identity.ClearOnReset.Select(column => $"{identity.Quote(column).InFormat()} = NULL");
        var passkey = identity.Quote(identity.OtherColumnOf("UserId")).InFormat();
        foreach (var entry in context.ChangeTracker.Entries<Account>().Where(entry => entry.State == EntityState.Modified))
        {
            if (identity.ClearOnReset.Count > 0 && entry.Property(account => account.PasswordHash).IsModified)
                yield return (
                    $"UPDATE {identity.Table("Users").InFormat()} SET {string.Join(", ", columns)} WHERE {identity.RowSql}",
                    entry.Entity.Id);
            if (identity.ClearsPasskeys && entry.Entity.LosesHostPasskeys)
                yield return ($"DELETE FROM {identity.Table("UserPasskeys").InFormat()} WHERE {passkey} = {{0}}", entry.Entity.Id);
        }
    }
}
