using System.Data.Common;
using System.Diagnostics;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Identity;
using Microsoft.Data.Sqlite;
using Npgsql;
using OneTimeJwt.Tokens;

namespace OneTimeJwt.Benchmarks;

/// <summary>What most products do: a row for each link, written when it is issued and deleted by the first redemption.</summary>
internal static class TokenTable
{
    private const string Create =
        "CREATE TABLE Tokens (Hash CHAR(64) PRIMARY KEY, AccountId VARCHAR(36) NOT NULL, ExpiresAt BIGINT NOT NULL)";
    private const string Issue = "INSERT INTO Tokens (Hash, AccountId, ExpiresAt) VALUES (@hash, @account, @expires)";
    private const string Redeem = "DELETE FROM Tokens WHERE Hash = @hash AND ExpiresAt > @expires";

    public static async Task RunAsync(bool quick)
    {
        var links = quick ? 50 : 2_000;
        var outstanding = quick ? 1_000 : 100_000;
        using var scratch = new Scratch();
        var file = scratch.File("tokens.db");
        var figures = new List<Figure>();
        await using (var sqlite = new SqliteConnection($"Data Source={file}"))
        {
            await sqlite.OpenAsync();
            await ExecuteAsync(sqlite, "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;");
            figures.AddRange(
                await MeasureAsync(
                    "SQLite",
                    sqlite,
                    links,
                    outstanding,
                    () =>
                        ScalarAsync(
                            sqlite,
                            "SELECT (SELECT page_count FROM pragma_page_count) * (SELECT page_size FROM pragma_page_size)")));
        }

        try
        {
            await using var server = await PostgreSqlServer.StartAsync();
            await using var connection = new NpgsqlConnection(server.ConnectionString);
            await connection.OpenAsync();
            figures.AddRange(
                await MeasureAsync(
                    "PostgreSQL",
                    connection,
                    links,
                    outstanding,
                    () => ScalarAsync(connection, "SELECT pg_total_relation_size('tokens')")));
        }
        catch (MissingToolException missing)
        {
            figures.Add(new Figure($"PostgreSQL: skipped, {missing.Message}", "", ""));
        }

        await Report.AddAsync("One link against a table of tokens (one client, each write durable)", figures);
    }

    private static async Task<IEnumerable<Figure>> MeasureAsync(
        string name,
        DbConnection database,
        int links,
        int outstanding,
        Func<Task<double>> size)
    {
        await ExecuteAsync(database, Create);
        var hashes = Enumerable.Range(0, links).Select(_ => Convert.ToHexString(RandomNumberGenerator.GetBytes(32))).ToList();
        var (issue, ourMint) = await InTurnsAsync(hashes, hash => RunAsync(database, Issue, hash), Ours.Mint);
        var (redeem, ourVerify) = await InTurnsAsync(hashes, hash => RunAsync(database, Redeem, hash), Ours.VerifyAsync);

        var before = await size();
        await using (var transaction = await database.BeginTransactionAsync())
        {
            for (var i = 0; i < outstanding; i++)
                await RunAsync(database, Issue, Convert.ToHexString(RandomNumberGenerator.GetBytes(32)), transaction);
            await transaction.CommitAsync();
        }

        return
        [
            new Figure(
                $"issue ({name})",
                Figure.Text(ourMint, "0.0 µs") + ", no write",
                Figure.Text(issue, "0 µs") + ", one write",
                ourMint / issue),
            new Figure(
                $"redeem, the token's part ({name})",
                Figure.Text(ourVerify, "0.0 µs") + ", no write of its own",
                Figure.Text(redeem, "0 µs") + ", one write",
                ourVerify / redeem),
            new Figure(
                $"kept for an outstanding link ({name})",
                "0 B",
                Figure.Text((await size() - before) / outstanding, "0 B"),
                0,
                "0 B",
                true),
        ];
    }

    // Median times in microseconds.
    private static async Task<(double Theirs, double Ours)> InTurnsAsync(List<string> hashes, Func<string, Task> theirs, Func<Task> ours)
    {
        var (their, our) = (new List<double>(), new List<double>());
        foreach (var hash in hashes)
        {
            their.Add(await TimeAsync(() => theirs(hash)));
            our.Add(await TimeAsync(ours));
        }

        return (their.Median(), our.Median());
    }

    private static async Task<double> TimeAsync(Func<Task> act)
    {
        var since = Stopwatch.GetTimestamp();
        await act();
        return Stopwatch.GetElapsedTime(since).TotalMicroseconds;
    }

    private static async Task RunAsync(DbConnection database, string sql, string hash, DbTransaction? transaction = null)
    {
        await using var command = Command(database, sql);
        command.Transaction = transaction;
        Add("@hash", hash);
        Add("@expires", sql == Redeem ? 1_800_000_000L : 1_800_001_800L);
        if (sql == Issue)
            Add("@account", Ours.User.Id);
        if (await command.ExecuteNonQueryAsync() != 1)
            throw new InvalidOperationException("The table lost a token.");

        void Add(string name, object value)
        {
            var parameter = command.CreateParameter();
            (parameter.ParameterName, parameter.Value) = (name, value);
            command.Parameters.Add(parameter);
        }
    }

    private static async Task ExecuteAsync(DbConnection database, string sql)
    {
        await using var command = Command(database, sql);
        await command.ExecuteNonQueryAsync();
    }

    private static async Task<double> ScalarAsync(DbConnection database, string sql)
    {
        await using var command = Command(database, sql);
        return Convert.ToDouble(await command.ExecuteScalarAsync(), System.Globalization.CultureInfo.InvariantCulture);
    }

    [System.Diagnostics.CodeAnalysis.SuppressMessage("Security", "CA2100", Justification = "One of the constants above.")]
    private static DbCommand Command(DbConnection database, string sql)
    {
        var command = database.CreateCommand();
        command.CommandText = sql;
        return command;
    }

    private static class Ours
    {
        public static readonly IdentityUser User = new("ada")
        {
            SecurityStamp = "stamp",
            PasswordHash = "hash",
            NormalizedEmail = "ADA@EXAMPLE.COM",
        };

        private static readonly OneTimeTokens Tokens = new(
            [new ServerSecret("bench", RandomNumberGenerator.GetBytes(32))],
            TokenBenchmarks.Origin,
            new TokenLifetimes(),
            TimeProvider.System);
        private static readonly string Token = Tokens.Mint(TokenPurpose.Reset, User).Value;

        public static Task Mint()
        {
            Tokens.Mint(TokenPurpose.Reset, User);
            return Task.CompletedTask;
        }

        public static async Task VerifyAsync()
        {
            if (
                (await Tokens.VerifyAsync(Token, TokenPurpose.Reset, _ => Task.FromResult<TokenAccount?>(TokenAccount.Of(User)))).Verdict
                != TokenVerdict.Valid)
                throw new InvalidOperationException("A good token was refused.");
        }
    }
}
