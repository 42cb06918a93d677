using System.Data.Common;
using System.Diagnostics.CodeAnalysis;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using Microsoft.EntityFrameworkCore.Storage;

namespace OneTimeJwt.Web.Data;

/// <summary>The database has accounts that another application keeps there.</summary>
[SuppressMessage("Design", "CA1032", Justification = "There is one thing to say.")]
public sealed class ForeignDatabaseException() : Exception(
    "the database has Identity's tables already, and they were not made here. Run 'database adopt --check' to see what is there, and 'database adopt' to add the tables that recovery needs.");

/// <summary>Brings the schema up to date; safe to call again, and from several nodes at once.</summary>
internal sealed class Migrator(IDbContextFactory<AccountsContext> contexts, TimeProvider time)
{
    private const string IdentityTables = "_IdentityTables";

    // Any number of our own will do.
    private const long MigrationLock = 0x4F54544A5754;

    private static readonly TimeSpan AbandonedAfter = TimeSpan.FromMinutes(2);

    /// <exception cref="ForeignDatabaseException">It has to be adopted first.</exception>
    public async Task<IReadOnlyList<string>> PendingAsync(CancellationToken cancellationToken = default)
    {
        await using var context = await contexts.CreateDbContextAsync(cancellationToken);
        return await PendingAsync(context, cancellationToken);
    }

    /// <returns>The migrations that were applied.</returns>
    /// <exception cref="ForeignDatabaseException">It has to be adopted first.</exception>
    public async Task<IReadOnlyList<string>> MigrateAsync(CancellationToken cancellationToken = default)
    {
        await using var context = await contexts.CreateDbContextAsync(cancellationToken);
        if ((await PendingAsync(context, cancellationToken)).Count == 0)
            return [];

        await using var turn = await TurnAsync(context, cancellationToken);
        var pending = await PendingAsync(context, cancellationToken);
        return pending.Count == 0 ? [] : await MigrateAsync(context, pending, cancellationToken);
    }

    /// <summary>Leaves Identity's tables as they are and adds our own.</summary>
    /// <returns>The migrations that were applied.</returns>
    public async Task<IReadOnlyList<string>> AdoptAsync(CancellationToken cancellationToken = default)
    {
        await using var context = await contexts.CreateDbContextAsync(cancellationToken);
        await using var turn = await TurnAsync(context, cancellationToken);
        var pending = await UnappliedAsync(context, await DatabaseSchema.ReadAsync(context, cancellationToken), cancellationToken);
        if (pending.RemoveAll(MakesIdentityTables) > 0)
        {
            var history = context.GetService<IHistoryRepository>();
            await history.CreateIfNotExistsAsync(cancellationToken);
            await context.Database.ExecuteSqlRawAsync(history.GetInsertScript(IdentityRow(context)), cancellationToken);
        }

        return pending.Count == 0 ? [] : await MigrateAsync(context, pending, cancellationToken);
    }

    /// <param name="adopted">For a database that has Identity's tables already.</param>
    public async Task<string> ScriptAsync(bool adopted)
    {
        await using var context = await contexts.CreateDbContextAsync();
        var migrator = context.GetService<IMigrator>();
        // SQLite has no IF in its language.
        var options = context is SqliteAccounts ? MigrationsSqlGenerationOptions.Default : MigrationsSqlGenerationOptions.Idempotent;
        if (!adopted)
            return migrator.GenerateScript(options: options);

        var history = context.GetService<IHistoryRepository>();
        var row = IdentityRow(context);
        return string.Join(
            Environment.NewLine, history.GetCreateIfNotExistsScript(), history.GetInsertScript(row), "", migrator.GenerateScript(fromMigration: row.MigrationId, options: options));
    }

    private static HistoryRow IdentityRow(AccountsContext context) =>
        new(context.Database.GetMigrations().Single(MakesIdentityTables), AdoptedDatabase.Mark);

    private static bool MakesIdentityTables(string migration) => migration.EndsWith(IdentityTables, StringComparison.Ordinal);

    // Tables first: what another node makes in between is no longer pending then.
    private static async Task<IReadOnlyList<string>> PendingAsync(AccountsContext context, CancellationToken cancellationToken)
    {
        var schema = await DatabaseSchema.ReadAsync(context, cancellationToken);
        var pending = await UnappliedAsync(context, schema, cancellationToken);
        return pending.Exists(MakesIdentityTables) && schema.Any(column => column.Table == "AspNetUsers")
            ? throw new ForeignDatabaseException()
            : pending;
    }

    // Asking for a list that isn't there is logged as an error.
    private static async Task<List<string>> UnappliedAsync(AccountsContext context, IReadOnlyList<SchemaColumn> schema, CancellationToken cancellationToken) =>
        schema.Any(column => column.Table == AccountsContext.HistoryTable)
            ? [.. await context.Database.GetPendingMigrationsAsync(cancellationToken)]
            : [.. context.Database.GetMigrations()];

    private async Task<IReadOnlyList<string>> MigrateAsync(AccountsContext context, IReadOnlyList<string> pending, CancellationToken cancellationToken)
    {
        if (context is not SqliteAccounts)
        {
            // Ours is the turn; where it isn't there yet, looking into it is logged as an error.
            if (context is PostgreSqlAccounts)
                await context.GetService<IHistoryRepository>().CreateIfNotExistsAsync(cancellationToken);
            await context.Database.MigrateAsync(cancellationToken);
            return pending;
        }

        // Connections open what is there and make nothing.
        await File.Open(context.Database.GetDbConnection().DataSource, FileMode.OpenOrCreate).DisposeAsync();
        await BreakAbandonedLockAsync(context, cancellationToken);
        await context.Database.MigrateAsync(cancellationToken);
        if (pending.Any(MakesIdentityTables))
            await context.Database.ExecuteSqlRawAsync("PRAGMA journal_mode=WAL;", cancellationToken);
        return pending;
    }

    // Entity Framework's own lock is held from migration to migration on PostgreSQL, and another node gets in between.
    private static async Task<IAsyncDisposable?> TurnAsync(AccountsContext context, CancellationToken cancellationToken)
    {
        if (context is SqliteAccounts)
            return null;

        await MakeDatabaseAsync(context.GetService<IRelationalDatabaseCreator>(), cancellationToken);
        if (context is not PostgreSqlAccounts)
            return null;

        await context.Database.OpenConnectionAsync(cancellationToken);
        await context.Database.ExecuteSqlAsync($"SELECT pg_advisory_lock({MigrationLock})", cancellationToken);
        return new Turn(context);
    }

    private static async Task MakeDatabaseAsync(IRelationalDatabaseCreator creator, CancellationToken cancellationToken)
    {
        if (await creator.ExistsAsync(cancellationToken))
            return;

        try
        {
            await creator.CreateAsync(cancellationToken);
        }
        catch (DbException)
        {
            // Another node may have been faster.
            if (!await creator.ExistsAsync(cancellationToken))
                throw;
        }
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

    // Said and not left to the connection's end, which a pool puts off.
    private sealed class Turn(AccountsContext context) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync() => await context.Database.ExecuteSqlAsync($"SELECT pg_advisory_unlock({MigrationLock})");
    }
}
