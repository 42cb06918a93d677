using System.Data.Common;
using System.Globalization;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace OneTimeJwt.Web.Database;

/// <summary>
/// Set per connection: wiping deleted bytes, and waiting for other processes inside SQLite, which looks again after
/// milliseconds; the driver, which would wait otherwise, after 150 and is passed by.
/// </summary>
internal sealed class SqlitePragmas : DbConnectionInterceptor
{
    public override void ConnectionOpened(DbConnection connection, ConnectionEndEventData eventData)
    {
        using var command = Command(connection);
        command.ExecuteNonQuery();
    }

    public override async Task ConnectionOpenedAsync(
        DbConnection connection,
        ConnectionEndEventData eventData,
        CancellationToken cancellationToken = default)
    {
        await using var command = Command(connection);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private static DbCommand Command(DbConnection connection)
    {
        var command = connection.CreateCommand();
#pragma warning disable CA2100 // A number of ours.
        command.CommandText = string.Create(
            CultureInfo.InvariantCulture,
            $"PRAGMA secure_delete=ON; PRAGMA busy_timeout={((SqliteConnection)connection).DefaultTimeout * 1000};");
#pragma warning restore CA2100
        return command;
    }
}
