using System.Data.Common;
using System.Runtime.CompilerServices;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Npgsql;

namespace OneTimeJwt.Web.Database;

/// <summary>
/// PostgreSQL ends a commit's wait for a synchronous standby when a client's timeout or an operator cancels it, with a
/// warning and a plain success: the change may be lost with the server. Such a commit counts as done only after a later
/// one on the same session was confirmed, because standbys confirm in order.
/// https://www.postgresql.org/docs/current/warm-standby.html#SYNCHRONOUS-REPLICATION
/// </summary>
internal sealed class SynchronousCommitInterceptor : IDbConnectionInterceptor, IDbTransactionInterceptor, IDbCommandInterceptor
{
    private readonly ConditionalWeakTable<DbConnection, StrongBox<bool>> _cancelled = [];

    public DbConnection ConnectionCreated(ConnectionCreatedEventData eventData, DbConnection result)
    {
        var isCancelled = new StrongBox<bool>();
        ((NpgsqlConnection)result).Notice += (_, notice) => isCancelled.Value |= SynchronousCommit.IsCancelledWait(notice.Notice);
        _cancelled.Add(result, isCancelled);
        return result;
    }

    public void TransactionCommitted(DbTransaction transaction, TransactionEndEventData eventData)
    {
        if (WasCancelled(eventData.Context?.Database.GetDbConnection()))
            throw new CommitInDoubtException();
    }

    public Task TransactionCommittedAsync(
        DbTransaction transaction,
        TransactionEndEventData eventData,
        CancellationToken cancellationToken = default) => ConfirmAsync(eventData.Context?.Database.GetDbConnection(), cancellationToken);

    public int NonQueryExecuted(DbCommand command, CommandExecutedEventData eventData, int result) =>
        WasCancelled(command.Connection) ? throw new CommitInDoubtException() : result;

    // A statement outside of a transaction is a commit of its own.
    public async ValueTask<int> NonQueryExecutedAsync(
        DbCommand command,
        CommandExecutedEventData eventData,
        int result,
        CancellationToken cancellationToken = default)
    {
        await ConfirmAsync(command.Connection, cancellationToken);
        return result;
    }

    private Task ConfirmAsync(DbConnection? connection, CancellationToken cancellationToken) =>
        WasCancelled(connection) ? SynchronousCommit.ConfirmAsync(connection!, cancellationToken) : Task.CompletedTask;

    private bool WasCancelled(DbConnection? connection)
    {
        if (connection is null || !_cancelled.TryGetValue(connection, out var isCancelled) || !isCancelled.Value)
            return false;

        isCancelled.Value = false;
        return true;
    }
}

/// <summary>Makes sure that what this server shows would outlive it, where synchronous standbys are set up.</summary>
internal static class SynchronousCommit
{
    // Short: it follows a wait that was long already.
    private const int Timeout = 4;

    // https://www.postgresql.org/docs/current/errcodes-appendix.html
    private const string Warning = "01000";

    // RAISE WARNING in a trigger: https://www.postgresql.org/docs/current/protocol-error-fields.html
    private const string RaiseRoutine = "exec_stmt_raise";

    /// <summary>The text is in the server's language; a warning too many costs one more commit.</summary>
    public static bool IsCancelledWait(PostgresNotice notice) => notice.SqlState == Warning && notice.Routine != RaiseRoutine;

    /// <param name="database">What is asked.</param>
    /// <param name="isThere">Whether what was written is there.</param>
    /// <exception cref="CommitInDoubtException">It is there and not confirmed.</exception>
    public static async Task<bool> IsConfirmedAsync(this AccountsContext database, Func<Task<bool>> isThere)
    {
        await database.Database.OpenConnectionAsync();
        try
        {
            if (!await isThere())
                return false;

            await database.ConfirmAsync();
            return true;
        }
        finally
        {
            await database.Database.CloseConnectionAsync();
        }
    }

    /// <summary>Returns when all that was read on this session would outlive the server. The context's connection has
    /// to be open since.</summary>
    /// <exception cref="CommitInDoubtException">It isn't confirmed.</exception>
    public static Task ConfirmAsync(this AccountsContext database) =>
        ConfirmAsync(database.Database.GetDbConnection(), CancellationToken.None);

    /// <summary>Commits a record of the log that changes nothing, and waits for it as for any commit.</summary>
    /// <exception cref="CommitInDoubtException">It was not confirmed.</exception>
    public static async Task ConfirmAsync(DbConnection connection, CancellationToken cancellationToken)
    {
        if (connection is not NpgsqlConnection server)
            return;

        var isCancelled = false;
        void Notice(object sender, NpgsqlNoticeEventArgs notice) => isCancelled |= IsCancelledWait(notice.Notice);
        server.Notice += Notice;
        try
        {
            await using var command = new NpgsqlCommand("SELECT pg_logical_emit_message(true, 'one-time-jwt', '')", server)
            {
                CommandTimeout = Timeout,
            };
            await command.ExecuteNonQueryAsync(cancellationToken);
        }
        catch (Exception fault) when (fault is NpgsqlException or OperationCanceledException)
        {
            throw new CommitInDoubtException(fault);
        }
        finally
        {
            server.Notice -= Notice;
        }

        if (isCancelled)
            throw new CommitInDoubtException();
    }
}
