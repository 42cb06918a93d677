using System.Data.Common;
using System.Diagnostics.CodeAnalysis;
using System.Net.Sockets;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore.Storage;
using Npgsql;
using OneTimeJwt.Web.Tests.Mail;

namespace OneTimeJwt.Web.Tests.Database;

/// <summary>What a failure of the database is about.</summary>
public sealed class DatabaseFaultTests
{
    // In a transaction that isn't committed.
    private const string Tables =
        """
        CREATE TABLE parents (id int PRIMARY KEY);
        CREATE TABLE things (id int PRIMARY KEY, name varchar(5) NOT NULL UNIQUE CHECK (name <> 'no'), parent int REFERENCES parents (id));
        INSERT INTO things VALUES (1, 'one', NULL)
        """;

    private static readonly (string Sql, DatabaseFault Fault)[] OnEach =
    [
        ("INSERT INTO things VALUES (1, 'two', NULL)", DatabaseFault.Conflict),
        ("INSERT INTO things VALUES (2, 'one', NULL)", DatabaseFault.Conflict),
        ("INSERT INTO things VALUES (2, NULL, NULL)", DatabaseFault.MissingValue),
        ("INSERT INTO things VALUES (2, 'no', NULL)", DatabaseFault.Refused),
        ("INSERT INTO things VALUES (2, 'two', 7)", DatabaseFault.Refused),
        ("SELEC 1", DatabaseFault.Statement),
        ("SELECT nothing FROM things", DatabaseFault.Statement),
        ("UPDATE things SET nothing = 1", DatabaseFault.Statement),
        ("SELECT * FROM nothings", DatabaseFault.Statement),
    ];

    private static readonly (string Sql, DatabaseFault Fault)[] OnSqlite =
    [
        ("CREATE TRIGGER t BEFORE UPDATE ON things BEGIN SELECT RAISE(ABORT, 'no'); END; UPDATE things SET id = 2", DatabaseFault.Refused),
        ("PRAGMA query_only = on; DELETE FROM things", DatabaseFault.ReadOnlyFile),
    ];

    private static readonly (string Sql, DatabaseFault Fault)[] OnPostgreSql =
    [
        ("INSERT INTO things VALUES (2, 'too long', NULL)", DatabaseFault.Refused),
        ("SELECT 1 / (id - 1) FROM things", DatabaseFault.Refused),
        ("DO $$ BEGIN RAISE EXCEPTION 'no'; END $$", DatabaseFault.Refused),
        ("SELECT convert_from('\\xff', 'UTF8')", DatabaseFault.Unreadable),
        ("SET TRANSACTION READ ONLY; DELETE FROM things", DatabaseFault.ReadOnly),
        ("SET LOCAL statement_timeout = 10; SELECT pg_sleep(9)", DatabaseFault.Busy),
        ("CREATE ROLE without_rights; SET LOCAL ROLE without_rights; DELETE FROM things", DatabaseFault.NoRight),
        ("SELECT pg_terminate_backend(pg_backend_pid())", DatabaseFault.Away),
    ];

    [Fact]
    public async Task What_SQLite_says() => await SaysAsync(() => new SqliteConnection("Data Source=:memory:"), [.. OnEach, .. OnSqlite]);

    [Fact]
    public async Task What_PostgreSQL_says()
    {
        var server = await TestDatabase.MakeAsync(DatabaseProvider.PostgreSql, folder: "");
        await using var any = new NpgsqlConnection(server.ConnectionString);
        try
        {
            await SaysAsync(() => new NpgsqlConnection($"{server.ConnectionString};Pooling=false"), [.. OnEach, .. OnPostgreSql]);
        }
        finally
        {
            await server.DropAsync(any);
        }
    }

    [Fact]
    public async Task A_statement_of_ours_that_is_wrong_is_a_fault_in_the_log_and_no_outage()
    {
        await using var app = await TestApp.StartAsync();
        using var visitor = app.Open();
        await app.WithAsync<AccountsContext, int>(database =>
            database.Database.ExecuteSqlRawAsync("""ALTER TABLE "RecoveryOutbox" RENAME TO "Elsewhere" """));

        Assert.Equal(HttpStatusCode.InternalServerError, (await visitor.AskAsync("ada@example.com")).Status);
        Assert.NotEqual(0, app.Log.Count("Error Microsoft.AspNetCore.Diagnostics.ExceptionHandlerMiddleware"));
    }

    [SuppressMessage("Security", "CA2100", Justification = "Written here.")]
    private static async Task SaysAsync(Func<DbConnection> connect, IReadOnlyList<(string Sql, DatabaseFault Fault)> statements)
    {
        var told = new List<(string, DatabaseFault)>();
        foreach (var (sql, _) in statements)
        {
            await using var connection = connect();
            await connection.OpenAsync(TestContext.Current.CancellationToken);
            await using var command = connection.CreateCommand();
            command.CommandText = $"BEGIN; {Tables}";
            await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
            command.CommandText = sql;
            var fault = await Record.ExceptionAsync(() => command.ExecuteScalarAsync(TestContext.Current.CancellationToken));
            told.Add((sql, DatabaseFaults.Of(new DbUpdateException("", fault))));
        }

        Assert.Equal(statements, told);
    }

    [Theory]
    [InlineData("08007", DatabaseFault.Unconfirmed)]
    [InlineData("08006", DatabaseFault.Away)]
    [InlineData("22P05", DatabaseFault.Unreadable)]
    [InlineData("28P01", DatabaseFault.NoSignIn)]
    [InlineData("28000", DatabaseFault.NoSignIn)]
    [InlineData("3D000", DatabaseFault.Away)]
    [InlineData("53100", DatabaseFault.Full)]
    [InlineData("53300", DatabaseFault.Busy)]
    [InlineData("57P03", DatabaseFault.Away)]
    [InlineData("40P01", DatabaseFault.Other)]
    [InlineData("XX001", DatabaseFault.Failed)]
    internal void PostgreSql(string state, DatabaseFault fault) =>
        Assert.Equal(fault, DatabaseFaults.Of(new InvalidOperationException("", new PostgresException("", "", "", state))));

    [Theory]
    [InlineData(5, DatabaseFault.Busy)]
    [InlineData(6, DatabaseFault.Busy)]
    [InlineData(8, DatabaseFault.ReadOnlyFile)]
    [InlineData(10, DatabaseFault.Away)]
    [InlineData(11, DatabaseFault.Failed)]
    [InlineData(13, DatabaseFault.Full)]
    [InlineData(14, DatabaseFault.Away)]
    [InlineData(26, DatabaseFault.Other)]
    internal void Sqlite(int code, DatabaseFault fault) =>
        Assert.Equal(fault, DatabaseFaults.Of(new InvalidOperationException("", new SqliteException("", code))));

    /// <summary>https://learn.microsoft.com/sql/relational-databases/errors-events/database-engine-events-and-errors</summary>
    [Theory]
    [InlineData(3906, 16, DatabaseFault.ReadOnly)]
    [InlineData(978, 14, DatabaseFault.ReadOnly)]
    [InlineData(1105, 17, DatabaseFault.Full)]
    [InlineData(9002, 17, DatabaseFault.Full)]
    [InlineData(229, 14, DatabaseFault.NoRight)]
    [InlineData(18456, 14, DatabaseFault.NoSignIn)]
    [InlineData(1205, 13, DatabaseFault.Busy)]
    [InlineData(1222, 16, DatabaseFault.Busy)]
    [InlineData(-2, 11, DatabaseFault.Busy)]
    [InlineData(10061, 20, DatabaseFault.Away)]
    [InlineData(2601, 14, DatabaseFault.Conflict)]
    [InlineData(2627, 14, DatabaseFault.Conflict)]
    [InlineData(515, 16, DatabaseFault.MissingValue)]
    [InlineData(547, 16, DatabaseFault.Refused)]
    [InlineData(2628, 16, DatabaseFault.Refused)]
    [InlineData(50_000, 16, DatabaseFault.Refused)]
    [InlineData(102, 15, DatabaseFault.Statement)]
    [InlineData(207, 16, DatabaseFault.Statement)]
    [InlineData(208, 16, DatabaseFault.Statement)]
    [InlineData(468, 16, DatabaseFault.Failed)]
    [InlineData(823, 24, DatabaseFault.Other)]
    internal void SqlServer(int number, int severity, DatabaseFault fault) =>
        Assert.Equal(fault, DatabaseFaults.OfSqlServer(number, severity));

    [Fact]
    public void Without_a_code() => Assert.Equal(
        [
            DatabaseFault.NoPrimary, DatabaseFault.Away, DatabaseFault.Slow, DatabaseFault.Slow, DatabaseFault.Slow,
            DatabaseFault.Away, DatabaseFault.Conflict, DatabaseFault.Unreadable, DatabaseFault.None,
        ],
        new Exception[]
        {
            new NpgsqlException("No suitable host was found."),
            new NpgsqlException("", new SocketException()),
            new NpgsqlException("", new TimeoutException()),
            new TimeoutException(),
            new OperationCanceledException(),
            new RetryLimitExceededException("", new NpgsqlException("", new IOException())),
            new DbUpdateConcurrencyException(),
            new InvalidOperationException("", new InvalidCastException()),
            new InvalidOperationException(),
        }.Select(DatabaseFaults.Of));

    [Fact]
    public void Each_fault_of_the_server_has_words_of_its_own()
    {
        var words = Enum.GetValues<DatabaseFault>()
            .Where(fault => fault <= DatabaseFault.NoRight)
            .Select(fault => DatabaseFaults.DisplayText(fault))
            .ToList();

        Assert.Equal(words.Count, words.Distinct().Count());
        Assert.Equal(
            DatabaseFaults.DisplayText(DatabaseFault.Other),
            DatabaseFaults.DisplayText(DatabaseFault.NoPrimary, hasManyHosts: false));
    }

    [Fact]
    public void Files_and_sockets_of_other_things_are_no_outage() =>
        Assert.DoesNotContain(
            true,
            new Exception[] { new IOException(), new SocketException(), new OperationCanceledException() }.Select(fault =>
                fault.IsOutage()));
}
