using System.Globalization;
using Npgsql;

namespace OneTimeJwt.E2E.Infrastructure;

/// <summary>A database of a test's own on the PostgreSQL server that ONETIMEJWT_TEST_POSTGRESQL names; test.sh starts
/// one where it can.</summary>
internal sealed class PostgreSqlDatabase : IAsyncDisposable
{
    private const string Variable = "ONETIMEJWT_TEST_POSTGRESQL";

    private readonly string _server;
    private readonly string _name = $"ott_{Guid.NewGuid():N}";

    private PostgreSqlDatabase(string server)
    {
        _server = server;
        ConnectionString = new NpgsqlConnectionStringBuilder(server) { Database = _name, MaxPoolSize = 40 }.ToString();
    }

    public string ConnectionString { get; }

    public static async Task<PostgreSqlDatabase> MakeAsync()
    {
        var server = Environment.GetEnvironmentVariable(Variable);
        Assert.SkipWhen(
            string.IsNullOrEmpty(server),
            $"{Variable} names no server: set it to a connection string whose user may create databases.");
        var database = new PostgreSqlDatabase(server!);
        await RunAsync(server!, $"CREATE DATABASE \"{database._name}\"");
        return database;
    }

    public Task<int> RunAsync(string sql) => RunAsync(ConnectionString, sql);

    public async Task<IReadOnlyList<string>> ReadAsync(string sql)
    {
        await using var connection = new NpgsqlConnection(ConnectionString);
        await connection.OpenAsync();
        await using var command = Command(connection, sql);
        await using var reader = await command.ExecuteReaderAsync();
        var values = new List<string>();
        while (await reader.ReadAsync())
            values.Add(Convert.ToString(reader.GetValue(0), CultureInfo.InvariantCulture)!);
        return values;
    }

    public async ValueTask DisposeAsync()
    {
        NpgsqlConnection.ClearAllPools();
        await RunAsync(_server, $"DROP DATABASE IF EXISTS \"{_name}\" WITH (FORCE)");
    }

    private static async Task<int> RunAsync(string connectionString, string sql)
    {
        await using var connection = new NpgsqlConnection(connectionString);
        await connection.OpenAsync();
        await using var command = Command(connection, sql);
        return await command.ExecuteNonQueryAsync();
    }

    private static NpgsqlCommand Command(NpgsqlConnection connection, string sql)
    {
#pragma warning disable CA2100 // Written in this suite.
        return new NpgsqlCommand(sql, connection);
#pragma warning restore CA2100
    }
}
