using System.Data.Common;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Npgsql;

namespace OneTimeJwt.Web.Tests.App;

/// <summary>The connection breaks around a commit, once: the next one that writes an event of this actor or account.</summary>
/// <param name="isWritten">Whether the commit was done by then.</param>
internal sealed class CommitBreaker(bool isWritten) : DbTransactionInterceptor
{
    private string? _subject;
    private bool _isBroken;

    public bool IsOver => _subject is null;

    /// <summary>Whether no transaction can be begun from then on.</summary>
    public bool StaysBroken { get; init; }

    public void Arm(string actorOrAccount) => _subject = actorOrAccount;

    public override ValueTask<InterceptionResult<DbTransaction>> TransactionStartingAsync(
        DbConnection connection,
        TransactionStartingEventData eventData,
        InterceptionResult<DbTransaction> result,
        CancellationToken cancellationToken = default) => _isBroken ? throw new TimeoutException() : new(result);

    public override ValueTask<InterceptionResult> TransactionCommittingAsync(
        DbTransaction transaction, TransactionEventData eventData, InterceptionResult result, CancellationToken cancellationToken = default)
    {
        if (!isWritten)
            Break(eventData.Context);
        return new(result);
    }

    public override Task TransactionCommittedAsync(
        DbTransaction transaction,
        TransactionEndEventData eventData,
        CancellationToken cancellationToken = default)
    {
        if (isWritten)
            Break(eventData.Context);
        return Task.CompletedTask;
    }

    private void Break(DbContext? context)
    {
        var lines = context!.ChangeTracker.Entries<RecoveryEvent>().Select(line => line.Entity);
        if (_subject is not { } subject || !lines.Any(line => line.Actor == subject || line.AccountId == subject))
            return;

        (_subject, _isBroken) = (null, StaysBroken);
        throw context is PostgreSqlAccounts
            ? new NpgsqlException("Exception while reading from stream", new EndOfStreamException())
            : new SqliteException("disk I/O error", errorCode: 10);
    }
}
