using System.Data.Common;
using System.Diagnostics.CodeAnalysis;
using Microsoft.Data.SqlClient;
using Microsoft.Data.Sqlite;
using Npgsql;

namespace OneTimeJwt.Web.Database;

/// <summary>What the database has.</summary>
/// <param name="Columns">Of all schemas.</param>
/// <param name="Applied">The migrations that were applied, each with the product version that was recorded for it.</param>
internal sealed record Catalogue(IReadOnlyList<SchemaColumn> Columns, IReadOnlyDictionary<string, string> Applied);

/// <summary>
/// Reads with the driver alone what is needed before the first answer: making Entity Framework's model takes longer than all else
/// before it. Nothing is tried again here.
/// </summary>
internal sealed class PlainDatabase(
    IOptions<DatabaseSettings> settings, IOptions<IdentitySettings> identity, IConfiguration configuration, IHostEnvironment environment)
{
    private readonly Lazy<string> _text = new(() => ConnectionStrings.Complete(
        settings.Value.Provider, configuration.GetConnectionString("Accounts"), environment.ContentRootPath));

    public DatabaseProvider Provider => settings.Value.Provider;

    public string ConnectionString => _text.Value;

    /// <summary>What is set on each connection.</summary>
    public ConnectionSetting? Setting { get; } = settings.Value.Provider == DatabaseProvider.Sqlite ? new SqlitePragmas()
        : identity.Value.Session is { Name.Length: > 0 } session ? new SessionSetting(session, settings.Value.Provider)
        : null;

    public Catalogue ReadCatalogue()
    {
        using var connection = Open();
        var columns = Query(connection, DatabaseSchema.Sql(Provider), DatabaseSchema.Column);
        var history = columns.Exists(column => column.Table == AccountsContext.HistoryTable && column.IsVisible)
            ? Query(
                connection,
                $"SELECT \"MigrationId\", \"ProductVersion\" FROM \"{AccountsContext.HistoryTable}\"",
                row => (Id: row.GetString(0), Version: row.GetString(1)))
            : [];
        return new Catalogue(columns, history.ToDictionary(row => row.Id, row => row.Version));
    }

    public IReadOnlyList<string> ReadKeyRing()
    {
        using var connection = Open();
        return Query(
            connection,
            $"SELECT \"Xml\" FROM \"{AccountsContext.KeyRingTable}\" WHERE \"Xml\" IS NOT NULL",
            row => row.GetString(0));
    }

    /// <summary>Runs a query for what the database says to it.</summary>
    public void Try(string sql)
    {
        using var connection = Open();
        _ = Query(connection, sql, _ => true);
    }

    // As the contexts open theirs.
    private DbConnection Open()
    {
        DbConnection connection = Provider switch
        {
            DatabaseProvider.SqlServer => SqlServer(),
            DatabaseProvider.PostgreSql => PostgreSql(),
            _ => Sqlite(),
        };
        try
        {
            connection.Open();
            Setting?.Apply(connection);
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    // Each in a method of its own, so that the libraries of the others aren't loaded.
    private SqlConnection SqlServer() => new(ConnectionString);

    private NpgsqlConnection PostgreSql() => new(ConnectionString);

    private SqliteConnection Sqlite() => new(ConnectionString);

    [SuppressMessage("Security", "CA2100", Justification = "Names come from the database and are delimited; values are literals.")]
    private static List<T> Query<T>(DbConnection connection, string sql, Func<DbDataReader, T> row)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        using var reader = command.ExecuteReader();
        var rows = new List<T>();
        while (reader.Read())
            rows.Add(row(reader));
        return rows;
    }
}
