using System.Data.Common;
using System.Globalization;
using Microsoft.Data.Sqlite;

namespace OneTimeJwt.Web.Database;

/// <summary>
/// Set per connection: wiping deleted bytes, and waiting for other processes inside SQLite, which looks again after
/// milliseconds; the driver, which would wait otherwise, after 150 and is passed by.
/// </summary>
internal sealed class SqlitePragmas : ConnectionSetting
{
    protected override DbCommand Command(DbConnection connection)
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
