using System.Data.Common;
using Microsoft.Data.SqlClient;
using Microsoft.Data.Sqlite;
using Npgsql;
using OneTimeJwt.Web.Tests.Mail;

namespace OneTimeJwt.Web.Tests.App;

/// <summary>A database of a test's own, on a server that the environment names; test.sh starts one where it can.</summary>
public sealed class TestDatabase
{
    private const string PostgreSqlVariable = "ONETIMEJWT_TEST_POSTGRESQL";
    private const string SqlServerVariable = "ONETIMEJWT_TEST_SQLSERVER";

    private const string ProviderVariable = "ONETIMEJWT_TEST_PROVIDER";

    private readonly string? _server;
    private readonly string _name;

    private TestDatabase(DatabaseProvider provider, string? server, string name, string connectionString) =>
        (Provider, _server, _name, ConnectionString) = (provider, server, name, connectionString);

    /// <summary>Where a test has its database that doesn't say: SQLite, or what the environment names, to see the
    /// whole suite there.</summary>
    public static DatabaseProvider Usual =>
        Environment.GetEnvironmentVariable(ProviderVariable) is { Length: > 0 } named
            ? Enum.Parse<DatabaseProvider>(named)
            : DatabaseProvider.Sqlite;

    public DatabaseProvider Provider { get; }

    public string ConnectionString { get; }

    /// <summary>Made and empty; on SQLite it is made later. Skips the test where no server of that kind is named.</summary>
    /// <param name="provider">Of which kind.</param>
    /// <param name="folder">Where files go.</param>
    /// <param name="encoding">What PostgreSQL stores text in; null for what the server usually takes.</param>
    public static async Task<TestDatabase> MakeAsync(DatabaseProvider provider, string folder, string? encoding = null)
    {
        var name = $"ott_{Guid.NewGuid():N}";
        if (provider == DatabaseProvider.Sqlite)
            return new TestDatabase(provider, server: null, name, $"Data Source={Path.Combine(folder, "accounts.db")}");

        SkipIfProviderIsForAnotherVersion(provider);
        var variable = provider == DatabaseProvider.PostgreSql ? PostgreSqlVariable : SqlServerVariable;
        if (Environment.GetEnvironmentVariable(variable) is not { Length: > 0 } server)
        {
            Assert.Skip($"{variable} names no server: set it to a connection string whose user may create databases.");
            throw new InvalidOperationException();
        }

        var own = new DbConnectionStringBuilder { ConnectionString = server, ["Database"] = name };
        if (provider == DatabaseProvider.PostgreSql)
            own["Maximum Pool Size"] = 40;
        var database = new TestDatabase(provider, server, name, own.ConnectionString);
        var inEncoding = encoding is null
            ? ""
            : $" ENCODING '{encoding}' TEMPLATE template0 LOCALE_PROVIDER libc LC_COLLATE 'C' LC_CTYPE 'C'";
        await database.TellServerAsync(
            provider == DatabaseProvider.PostgreSql ? $"""CREATE DATABASE "{name}"{inEncoding}""" : $"CREATE DATABASE [{name}]");
        return database;
    }

    /// <summary>Npgsql's provider runs on the major version of Entity Framework that it was built for, and comes out later.</summary>
    public static void SkipIfProviderIsForAnotherVersion(DatabaseProvider provider)
    {
        var own = typeof(NpgsqlDbContextOptionsBuilderExtensions).Assembly.GetName().Version;
        var core = typeof(DbContext).Assembly.GetName().Version;
        Assert.SkipWhen(
            provider == DatabaseProvider.PostgreSql && own?.Major != core?.Major,
            $"Npgsql's provider {own} is not for Entity Framework {core}.");
    }

    /// <summary>One that is there, and that somebody else takes away.</summary>
    public static TestDatabase On(DatabaseProvider provider, string connectionString) => new(provider, server: null, "", connectionString);

    /// <param name="own">A connection of the app: its pool alone is emptied, for others run beside it.</param>
    public async Task DropAsync(DbConnection own)
    {
        if (_server is null && Provider != DatabaseProvider.Sqlite)
            return;

        switch (Provider)
        {
            case DatabaseProvider.PostgreSql:
                await TellServerAsync($"""DROP DATABASE IF EXISTS "{_name}" WITH (FORCE)""");
                break;
            case DatabaseProvider.SqlServer:
                SqlConnection.ClearPool((SqlConnection)own);
                await DropOnSqlServerAsync();
                break;
            default:
                SqliteConnection.ClearPool((SqliteConnection)own);
                break;
        }
    }

    // Connections that were closed a moment ago may still count.
    private async Task DropOnSqlServerAsync()
    {
        for (var tries = 1; ; tries++)
        {
            try
            {
                await TellServerAsync($"DROP DATABASE [{_name}]");
                return;
            }
            catch (SqlException) when (tries < 20)
            {
                await Task.Delay(250);
            }
        }
    }

    private async Task TellServerAsync(string sql)
    {
        await using DbConnection connection =
            Provider == DatabaseProvider.PostgreSql ? new NpgsqlConnection(_server) : new SqlConnection(_server);
        await connection.OpenAsync();
        await using var command = connection.CreateCommand();
#pragma warning disable CA2100 // Written here.
        command.CommandText = sql;
#pragma warning restore CA2100
        await command.ExecuteNonQueryAsync();
    }
}
