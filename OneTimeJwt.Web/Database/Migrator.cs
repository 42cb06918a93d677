using System.Data.Common;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using Microsoft.EntityFrameworkCore.Storage;

namespace OneTimeJwt.Web.Database;

/// <summary>Brings the schema up to date; safe to call again, and from several nodes at once.</summary>
internal sealed class Migrator(IDbContextFactory<AccountsContext> contexts, IdentityMaps maps)
{
    private const string IdentityTables = "_IdentityTables";

    // Any number of our own will do.
    private const long MigrationLock = 0x4F54544A5754;

    // An index on a table with millions of rows takes minutes, and so does waiting for another node that makes it.
    private static readonly TimeSpan Timeout = TimeSpan.FromMinutes(10);

    /// <exception cref="ForeignDatabaseException">It has to be adopted first.</exception>
    public async Task<IReadOnlyList<string>> PendingAsync()
    {
        if (IsInOrder())
            return [];

        await using var context = await contexts.CreateDbContextAsync();
        return await PendingAsync(context);
    }

    /// <returns>The migrations that were applied.</returns>
    /// <exception cref="ForeignDatabaseException">It has to be adopted first.</exception>
    public async Task<IReadOnlyList<string>> MigrateAsync()
    {
        var before = await PendingAsync();
        if (before.Count == 0)
            return [];

        var applied = await InTurnAsync(async context =>
        {
            var pending = await PendingAsync(context);
            return pending.Count == 0 ? [] : await MigrateAsync(context, pending);
        });
        if (applied.Any(MakesIdentityTables))
            await KeepLogAheadAsync();
        return applied;
    }

    /// <summary>Leaves Identity's tables as they are and adds our own.</summary>
    /// <returns>The migrations that were applied.</returns>
    public Task<IReadOnlyList<string>> AdoptAsync() => InTurnAsync(async context =>
    {
        ForeignDatabaseException.ThrowIfUnknown(context.Identity);
        var pending = await UnappliedAsync(context, await DatabaseSchema.ReadAsync(context));
        if (pending.RemoveAll(MakesIdentityTables) > 0)
        {
            var history = context.GetService<IHistoryRepository>();
            await history.CreateIfNotExistsAsync();
            await context.Database.ExecuteSqlRawAsync(history.GetInsertScript(IdentityRow(context)));
        }
        else
        {
            await ThrowIfOfOthersAsync(context);
        }

        return pending.Count == 0 ? [] : await MigrateAsync(context, pending);
    });

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
            Environment.NewLine,
            history.GetCreateIfNotExistsScript(),
            history.GetInsertScript(row),
            "",
            migrator.GenerateScript(fromMigration: row.MigrationId, options: options));
    }

    private static HistoryRow IdentityRow(AccountsContext context) =>
        new(context.Database.GetMigrations().Single(MakesIdentityTables), AdoptedDatabase.MarkOf(context.Identity));

    private static bool MakesIdentityTables(string migration) => migration.EndsWith(IdentityTables, StringComparison.Ordinal);

    private static async Task ThrowIfOfOthersAsync(AccountsContext context, CancellationToken cancellationToken = default)
    {
        var applied = await context.GetService<IHistoryRepository>().GetAppliedMigrationsAsync(cancellationToken);
        if (applied.Any(row => IsOfOthers(row.MigrationId, row.ProductVersion, context.Identity)))
            throw ForeignDatabaseException.OfOthers();
    }

    // Where anything is amiss, Entity Framework looks again and says what.
    private bool IsInOrder() =>
        maps.Look() is var (found, map)
        && OurTables.MigrationsOf(map.Provider).All(found.Applied.ContainsKey)
        && !found.Applied.Any(row => IsOfOthers(row.Key, row.Value, map))
        && OurTables.AreIn(found.Columns);

    // Our rows have no tenant: one tenant's mails and events would be another's.
    private static bool IsOfOthers(string migration, string mark, IdentityMap map) =>
        MakesIdentityTables(migration) && AdoptedDatabase.IsMark(mark) && mark != AdoptedDatabase.MarkOf(map);

    // Tables first: what another node makes in between is no longer pending then.
    public static async Task<IReadOnlyList<string>> PendingAsync(
        AccountsContext context, CancellationToken cancellationToken = default)
    {
        var path = await SchemaPath.ReadAsync(context, cancellationToken);
        var schema = await DatabaseSchema.ReadAsync(context, cancellationToken);
        var pending = await UnappliedAsync(context, schema, cancellationToken);
        if (pending.Exists(MakesIdentityTables) && context.Identity.IsNamed)
            ForeignDatabaseException.ThrowIfUnknown(context.Identity);
        if (pending.Exists(MakesIdentityTables))
            ForeignDatabaseException.ThrowIf(path, IdentityDiscovery.In(schema, context.Identity.Provider));
        else
            await ThrowIfOfOthersAsync(context, cancellationToken);
        if (pending.Count == 0)
            await ForeignDatabaseException.ThrowIfIncompleteAsync(context, schema, cancellationToken);
        return pending;
    }

    // Asking for a list that isn't there is logged as an error.
    private static async Task<List<string>> UnappliedAsync(
        AccountsContext context,
        IReadOnlyList<SchemaColumn> schema,
        CancellationToken cancellationToken = default) =>
        schema.Any(column => column.Table == AccountsContext.HistoryTable)
            ? [.. await context.Database.GetPendingMigrationsAsync(cancellationToken)]
            : [.. context.Database.GetMigrations()];

    private static async Task<IReadOnlyList<string>> MigrateAsync(AccountsContext context, IReadOnlyList<string> pending)
    {
        // Where the list isn't there yet, looking into it fails, and with it the transaction.
        if (context is PostgreSqlAccounts)
            await context.GetService<IHistoryRepository>().CreateIfNotExistsAsync();
        await context.Database.MigrateAsync();
        return pending;
    }

    // One transaction has the lock and does all the work. Entity Framework's own locks are let go of from migration to
    // migration on PostgreSQL and outlive a killed process on SQLite; a session's lock is lost behind a pooler, which gives
    // each transaction another session. On SQL Server its lock is a session's, and does.
    private async Task<IReadOnlyList<string>> InTurnAsync(Func<AccountsContext, Task<IReadOnlyList<string>>> act)
    {
        await using var any = await contexts.CreateDbContextAsync();
        await MakeDatabaseAsync(any);
        if (any is SqlServerAccounts)
            return await act(any);

        return await any.Database.CreateExecutionStrategy().ExecuteAsync(
            async () =>
            {
                await using var context = await contexts.CreateDbContextAsync();
                context.Database.SetCommandTimeout(Timeout);
                await using var transaction = await context.Database.BeginTransactionAsync();
                if (context is PostgreSqlAccounts)
                    await context.Database.ExecuteSqlAsync($"SELECT pg_advisory_xact_lock({MigrationLock})");
                var applied = await act(context);
                await transaction.CommitAsync();
                return applied;
            });
    }

    private static async Task MakeDatabaseAsync(AccountsContext context)
    {
        // Connections open what is there and make nothing.
        if (context is SqliteAccounts)
        {
            await File.Open(context.Database.GetDbConnection().DataSource, FileMode.OpenOrCreate).DisposeAsync();
            return;
        }

        var creator = context.GetService<IRelationalDatabaseCreator>();
        if (await creator.ExistsAsync())
            return;

        try
        {
            await creator.CreateAsync();
        }
        catch (DbException)
        {
            // Another node may have been faster.
            if (!await creator.ExistsAsync())
                throw;
        }
    }

    // Not possible within a transaction.
    private async Task KeepLogAheadAsync()
    {
        await using var context = await contexts.CreateDbContextAsync();
        if (context is SqliteAccounts)
            await context.Database.ExecuteSqlRawAsync("PRAGMA journal_mode=WAL;");
    }
}
