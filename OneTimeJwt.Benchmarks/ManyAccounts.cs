using System.Diagnostics;
using System.Security.Claims;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Identity;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using OneTimeJwt.Web.Admin;
using OneTimeJwt.Web.Database;

namespace OneTimeJwt.Benchmarks;

/// <summary>A database with very many accounts: <c>accounts database [count]</c>, an SQLite file or a connection
/// string for PostgreSQL.</summary>
internal static class ManyAccounts
{
    public const int Usual = 1_000_000;

    /// <summary>A new id, as SQLite's rows have it.</summary>
    public const string NewId = "upper(hex(randomblob(4)) || '-' || hex(randomblob(2)) || '-' || hex(randomblob(2)) || '-' || "
        + "hex(randomblob(2)) || '-' || hex(randomblob(6)))";

    private const int Odd = 10;
    private const string Insert = """
        INSERT INTO AspNetUsers (Id, UserName, NormalizedUserName, Email, NormalizedEmail, EmailConfirmed, PasswordHash,
        SecurityStamp, ConcurrencyStamp, PhoneNumberConfirmed, TwoFactorEnabled, LockoutEnd, LockoutEnabled, AccessFailedCount)
        VALUES ($id, $name, upper($name), $email, upper($email), $confirmed, $hash, $id, $id, 0, $twoFactor, $lockout, 1, 0)
        """;

    // The same accounts, made by the server itself.
    private const string InsertSeries = """
        INSERT INTO "AspNetUsers" ("Id", "UserName", "NormalizedUserName", "Email", "NormalizedEmail", "EmailConfirmed",
        "PasswordHash", "SecurityStamp", "ConcurrencyStamp", "PhoneNumberConfirmed", "TwoFactorEnabled", "LockoutEnd",
        "LockoutEnabled", "AccessFailedCount")
        SELECT gen_random_uuid(), name, upper(name), address, upper(address), i % 50 <> 0,
        CASE WHEN i % 100 = 0 THEN NULL ELSE 'AQ==' END, i::text, i::text, false, i % 20 = 0,
        CASE WHEN i % 5000 = 0 THEN 'infinity'::timestamptz END, true, 0
        FROM (SELECT i, address, CASE WHEN i % 10 = 0 THEN 'user' || i ELSE address END AS name
            FROM (SELECT i, (@first)[i % @firsts + 1] || '.' || (@last)[i / @firsts % @lasts + 1] || i || '@mail' || i % 97 ||
            '.example.com' AS address FROM generate_series(0, @count - 1) AS i) AS addressed) AS named;
        ANALYZE
        """;

    private static readonly string[] First =
    [
        "ada",
        "grace",
        "alan",
        "barbara",
        "edsger",
        "frances",
        "john",
        "katherine",
        "linus",
        "margaret",
        "niklaus",
        "radia",
        "tim",
        "vint",
    ];
    private static readonly string[] Last =
    [
        "lovelace",
        "hopper",
        "turing",
        "liskov",
        "dijkstra",
        "allen",
        "backus",
        "johnson",
        "torvalds",
        "hamilton",
        "wirth",
        "perlman",
        "lee",
        "cerf",
    ];

    public static async Task<int> GenerateAsync(string database, int count, bool silent = false)
    {
        await using (var app = Open(database))
            await app.Services.GetRequiredService<Migrator>().MigrateAsync();

        var since = Stopwatch.StartNew();
        await (IsFile(database) ? FillFileAsync(database, count) : FillServerAsync(database, count));
        if (!silent)
            await Console.Out.WriteLineAsync($"{count:N0} accounts in {since.Elapsed.TotalSeconds:N0} s");
        return 0;
    }

    private static async Task FillServerAsync(string database, int count)
    {
        await using var connection = new NpgsqlConnection(database);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(InsertSeries, connection) { CommandTimeout = 0 };
        command.Parameters.AddWithValue("first", First);
        command.Parameters.AddWithValue("firsts", First.Length);
        command.Parameters.AddWithValue("last", Last);
        command.Parameters.AddWithValue("lasts", Last.Length);
        command.Parameters.AddWithValue("count", count);
        await command.ExecuteNonQueryAsync();
    }

    private static async Task FillFileAsync(string file, int count)
    {
        await using var connection = new SqliteConnection($"Data Source={file}");
        await connection.OpenAsync();
        await ExecuteAsync(connection, "PRAGMA synchronous=OFF; PRAGMA cache_size=-400000;");
        await using (var transaction = (SqliteTransaction)await connection.BeginTransactionAsync())
        {
            await FillAsync(connection, transaction, count);
            await transaction.CommitAsync();
        }

        await ExecuteAsync(connection, "PRAGMA journal_mode=WAL; ANALYZE;");
    }

    /// <summary>Adds rows of another table by one statement.</summary>
    /// <param name="file">An SQLite file.</param>
    /// <param name="insert">Takes <c>$count</c>.</param>
    /// <param name="count">How many rows.</param>
    public static async Task AddRowsAsync(string file, string insert, int count)
    {
        await using var connection = new SqliteConnection($"Data Source={file}");
        await connection.OpenAsync();
        await using var command = connection.CreateCommand();
#pragma warning disable CA2100 // Written in this program.
        command.CommandText = $"PRAGMA synchronous=OFF; {insert}; ANALYZE;";
#pragma warning restore CA2100
        command.Parameters.AddWithValue("$count", count);
        await command.ExecuteNonQueryAsync();
    }

    /// <summary>The app over that database, not serving.</summary>
    /// <param name="database">An SQLite file, or a connection string.</param>
    /// <param name="adjust">What is changed before it is built.</param>
    /// <param name="settings">Further settings, as on the command line.</param>
    public static WebApplication Open(
        string database, Action<WebApplicationBuilder>? adjust = null, params string[] settings) => Web.Program.Build(
        [
            "--environment", "Development",
            "--applicationName", typeof(Web.Program).Assembly.GetName().Name!,
            "--Logging:LogLevel:Default", "Warning",
            "--Database:Provider", IsFile(database) ? nameof(DatabaseProvider.Sqlite) : nameof(DatabaseProvider.PostgreSql),
            "--ConnectionStrings:Accounts", IsFile(database) ? $"Data Source={Path.GetFullPath(database)}" : database,
            .. settings,
        ],
        adjust);

    /// <summary>Makes one of them an admin of the console.</summary>
    public static async Task<ClaimsPrincipal> AdminAsync(IServiceProvider services, string id)
    {
        await using var scope = services.CreateAsyncScope();
        await scope.ServiceProvider.GetRequiredService<ConsoleRoles>().GrantAsync(id, ConsoleRole.Admin);
        var account = await scope.ServiceProvider.GetRequiredService<UserManager<Account>>().FindByIdAsync(id);
        return await scope.ServiceProvider.GetRequiredService<IUserClaimsPrincipalFactory<Account>>().CreateAsync(account!);
    }

    private static bool IsFile(string database) => !database.Contains('=', StringComparison.Ordinal);

    public static string Address(int i) => $"{First[i % First.Length]}.{Last[i / First.Length % Last.Length]}{i}@mail{i % 97}.example.com";

    private static async Task FillAsync(SqliteConnection connection, SqliteTransaction transaction, int count)
    {
        await using var command = new SqliteCommand(Insert, connection, transaction);
        var names = new[] { "$id", "$name", "$email", "$confirmed", "$hash", "$twoFactor", "$lockout" };
        var values = names.Select(name => command.Parameters.AddWithValue(name, DBNull.Value)).ToArray();
        var hash = Convert.ToBase64String(new byte[61]);
        for (var i = 0; i < count; i++)
        {
            values[0].Value = Guid.NewGuid().ToString();
            values[1].Value = i % Odd == 0 ? $"user{i}" : Address(i);
            values[2].Value = Address(i);
            values[3].Value = i % 50 != 0;
            values[4].Value = i % 100 == 0 ? DBNull.Value : hash;
            values[5].Value = i % 20 == 0;
            values[6].Value = i % 5_000 == 0 ? "9999-12-31 23:59:59.9999999+00:00" : DBNull.Value;
            await command.ExecuteNonQueryAsync();
        }
    }

    private static async Task ExecuteAsync(SqliteConnection connection, string sql)
    {
        await using var command = connection.CreateCommand();
#pragma warning disable CA2100 // One of the constants above.
        command.CommandText = sql;
#pragma warning restore CA2100
        await command.ExecuteNonQueryAsync();
    }
}
