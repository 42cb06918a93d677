using System.Diagnostics;
using Microsoft.AspNetCore.Builder;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using OneTimeJwt.Web.Data;

namespace OneTimeJwt.Benchmarks;

/// <summary>A database with very many accounts: <c>accounts file [count]</c>.</summary>
internal static class ManyAccounts
{
    public const int Usual = 1_000_000;

    private const int Odd = 10;
    private const string Insert = """
        INSERT INTO AspNetUsers (Id, UserName, NormalizedUserName, Email, NormalizedEmail, EmailConfirmed, PasswordHash, SecurityStamp, ConcurrencyStamp, PhoneNumberConfirmed, TwoFactorEnabled, LockoutEnd, LockoutEnabled, AccessFailedCount)
        VALUES ($id, $name, upper($name), $email, upper($email), $confirmed, $hash, $id, $id, 0, $twoFactor, $lockout, 1, 0)
        """;

    private static readonly string[] First = ["ada", "grace", "alan", "barbara", "edsger", "frances", "john", "katherine", "linus", "margaret", "niklaus", "radia", "tim", "vint"];
    private static readonly string[] Last = ["lovelace", "hopper", "turing", "liskov", "dijkstra", "allen", "backus", "johnson", "torvalds", "hamilton", "wirth", "perlman", "lee", "cerf"];

    public static async Task<int> GenerateAsync(string file, int count)
    {
        await using (var app = Open(file))
            await app.Services.GetRequiredService<Migrator>().MigrateAsync();

        var since = Stopwatch.StartNew();
        await using var connection = new SqliteConnection($"Data Source={file}");
        await connection.OpenAsync();
        await ExecuteAsync(connection, "PRAGMA synchronous=OFF; PRAGMA cache_size=-400000;");
        await using (var transaction = (SqliteTransaction)await connection.BeginTransactionAsync())
        {
            await FillAsync(connection, transaction, count);
            await transaction.CommitAsync();
        }

        await ExecuteAsync(connection, "PRAGMA journal_mode=WAL; ANALYZE;");
        await Console.Out.WriteLineAsync($"{count:N0} accounts in {since.Elapsed.TotalSeconds:N0} s, {new FileInfo(file).Length / 1_000_000:N0} MB: {file}");
        return 0;
    }

    /// <summary>The app over that file, not serving.</summary>
    public static WebApplication Open(string file) => Web.Program.Build(["--environment", "Development", "--ConnectionStrings:Accounts", $"Data Source={Path.GetFullPath(file)}"]);

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
