using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace OneTimeJwt.Web.Data;

/// <summary>Brings the schema up to date; safe to call again, and from several nodes at once.</summary>
internal sealed class Migrator(IDbContextFactory<AccountsContext> contexts, TimeProvider time)
{
    private static readonly TimeSpan AbandonedAfter = TimeSpan.FromMinutes(2);

    public async Task<IReadOnlyList<string>> PendingAsync(CancellationToken cancellationToken = default)
    {
        await using var context = await contexts.CreateDbContextAsync(cancellationToken);
        return [.. await context.Database.GetPendingMigrationsAsync(cancellationToken)];
    }

    /// <returns>The migrations that were applied.</returns>
    public async Task<IReadOnlyList<string>> MigrateAsync(CancellationToken cancellationToken = default)
    {
        await using var context = await contexts.CreateDbContextAsync(cancellationToken);
        var pending = (await context.Database.GetPendingMigrationsAsync(cancellationToken)).ToList();
        if (pending.Count == 0)
            return [];

        // Connections open what is there and make nothing.
        await File.Open(context.Database.GetDbConnection().DataSource, FileMode.OpenOrCreate).DisposeAsync();
        await BreakAbandonedLockAsync(context, cancellationToken);
        await context.Database.MigrateAsync(cancellationToken);
        await context.Database.ExecuteSqlRawAsync("PRAGMA journal_mode=WAL;", cancellationToken);
        return pending;
    }

    public async Task<string> ScriptAsync()
    {
        await using var context = await contexts.CreateDbContextAsync();
        return context.GetService<IMigrator>().GenerateScript();
    }

    // SQLite's migration lock is a row: a killed process leaves it behind, and later ones would wait for ever.
    private async Task BreakAbandonedLockAsync(AccountsContext context, CancellationToken cancellationToken)
    {
        var tables = await context.Database
            .SqlQuery<int>($"SELECT COUNT(*) AS Value FROM sqlite_master WHERE name = '__EFMigrationsLock'")
            .SingleAsync(cancellationToken);
        if (tables == 0)
            return;

        var limit = (time.GetUtcNow() - AbandonedAfter).UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss", System.Globalization.CultureInfo.InvariantCulture);
        await context.Database.ExecuteSqlAsync($"DELETE FROM __EFMigrationsLock WHERE Timestamp < {limit}", cancellationToken);
    }
}
