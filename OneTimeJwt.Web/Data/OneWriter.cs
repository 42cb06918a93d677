using System.Data.Common;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace OneTimeJwt.Web.Data;

/// <summary>
/// SQLite lets one connection write at a time and makes the others poll, which stalls them for hundreds of
/// milliseconds under load. Queueing inside the process is fair and fast. Other processes still use SQLite's own lock.
/// </summary>
internal sealed class OneWriter : SaveChangesInterceptor, IDisposable
{
    private readonly SemaphoreSlim _turn = new(1);

    public override async ValueTask<InterceptionResult<int>> SavingChangesAsync(
        DbContextEventData eventData, InterceptionResult<int> result, CancellationToken cancellationToken = default)
    {
        await _turn.WaitAsync(cancellationToken);
        return result;
    }

    public override ValueTask<int> SavedChangesAsync(
        SaveChangesCompletedEventData eventData, int result, CancellationToken cancellationToken = default)
    {
        _turn.Release();
        return ValueTask.FromResult(result);
    }

    public override Task SaveChangesFailedAsync(DbContextErrorEventData eventData, CancellationToken cancellationToken = default)
    {
        _turn.Release();
        return Task.CompletedTask;
    }

    public override Task SaveChangesCanceledAsync(DbContextEventData eventData, CancellationToken cancellationToken = default)
    {
        _turn.Release();
        return Task.CompletedTask;
    }

    public override InterceptionResult<int> SavingChanges(DbContextEventData eventData, InterceptionResult<int> result)
    {
        _turn.Wait();
        return result;
    }

    public override int SavedChanges(SaveChangesCompletedEventData eventData, int result)
    {
        _turn.Release();
        return result;
    }

    public override void SaveChangesFailed(DbContextErrorEventData eventData) => _turn.Release();

    public override void SaveChangesCanceled(DbContextEventData eventData) => _turn.Release();

    public void Dispose() => _turn.Dispose();
}

/// <summary>Write-ahead logging survives on disk; waiting for other processes and wiping deleted bytes are set per connection.</summary>
internal sealed class SqlitePragmas : DbConnectionInterceptor
{
    private const string Pragmas = "PRAGMA busy_timeout=10000; PRAGMA secure_delete=ON; PRAGMA foreign_keys=ON;";

    public override void ConnectionOpened(DbConnection connection, ConnectionEndEventData eventData)
    {
        using var command = connection.CreateCommand();
        command.CommandText = Pragmas;
        command.ExecuteNonQuery();
    }

    public override async Task ConnectionOpenedAsync(DbConnection connection, ConnectionEndEventData eventData, CancellationToken cancellationToken = default)
    {
        await using var command = connection.CreateCommand();
        command.CommandText = Pragmas;
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
