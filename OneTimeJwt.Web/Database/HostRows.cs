namespace OneTimeJwt.Web.Database;

/// <summary>
/// What another application keeps beside a password, such as refresh tokens, and what goes in the same transaction as that
/// password: see <see cref="IdentitySettings.ClearOnReset"/> and <see cref="IdentitySettings.ClearPasskeys"/>.
/// </summary>
internal sealed class HostRows
{
    private readonly AccountsContext _context;
    private readonly List<(string Sql, string AccountId)> _statements = [];

    private HostRows(AccountsContext context) => _context = context;

    public bool IsNeeded => _statements.Count > 0;

    /// <summary>What the changes that are about to be saved mean for the other application's rows.</summary>
    public static HostRows Of(AccountsContext context)
    {
        var (rows, identity) = (new HostRows(context), context.Identity);
        if (identity.ClearOnReset.Count == 0 && !identity.ClearsPasskeys)
            return rows;

        foreach (var entry in context.ChangeTracker.Entries<Account>().Where(entry => entry.State == EntityState.Modified))
        {
            if (identity.ClearOnReset.Count > 0 && entry.Property(account => account.PasswordHash).IsModified)
                rows._statements.Add((rows.Clear(identity), entry.Entity.Id));
            if (identity.ClearsPasskeys && entry.Entity.LosesHostPasskeys)
                rows._statements.Add((rows.DeletePasskeys(identity), entry.Entity.Id));
        }

        return rows;
    }

    /// <param name="save">Writes the changes and leaves them marked as such.</param>
    /// <param name="accept">Whether they count as written then.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task<int> SaveAsync(Func<Task<int>> save, bool accept, CancellationToken cancellationToken)
    {
        var written = _context.Database.CurrentTransaction is not null
            ? await SaveInAsync(save, cancellationToken)
            : await _context.Database.CreateExecutionStrategy().ExecuteAsync(async () =>
            {
                await using var transaction = await _context.Database.BeginTransactionAsync(cancellationToken);
                var count = await SaveInAsync(save, cancellationToken);
                await transaction.CommitAsync(cancellationToken);
                return count;
            });
        if (accept)
            _context.ChangeTracker.AcceptAllChanges();
        return written;
    }

    private async Task<int> SaveInAsync(Func<Task<int>> save, CancellationToken cancellationToken)
    {
        var written = await save();
        foreach (var (sql, id) in _statements)
            await _context.Database.ExecuteSqlRawAsync(sql, _context.Identity.KeyValues(id), cancellationToken);
        return written;
    }

    private string Clear(IdentityMap identity) =>
        $"UPDATE {identity.Table("Users", Name)} SET {string.Join(", ", identity.ClearOnReset.Select(column => $"{Name(column)} = NULL"))} "
        + $"WHERE {identity.RowSql(Name)}";

    private string DeletePasskeys(IdentityMap identity) =>
        $"DELETE FROM {identity.Table("UserPasskeys", Name)} WHERE {Name(identity.OtherColumnOf("UserId"))} = {{0}}";

    private string Name(string name) => _context.QuoteInFormat(name);
}
