using System.Data.Common;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using Microsoft.AspNetCore.Identity;
using Microsoft.Data.Sqlite;
using Npgsql;
using OneTimeJwt.E2E.Infrastructure;

namespace OneTimeJwt.Benchmarks;

/// <summary>A published app with fifty accounts that is started as its operator would: ours, or what the framework's
/// template makes.</summary>
internal sealed class Subject(string name, string folder, string assembly, string database, Dictionary<string, string> settings)
    : IDisposable
{
    public const int Accounts = 50;
    public const string Password = "correct horse battery staple 1";

    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(60);

    private Process? _process;

    public string Name => name;

    /// <summary>Its connection string.</summary>
    public string Database => database;

    public string Folder => folder;

    public Uri Address { get; private set; } = new("http://127.0.0.1");

    public string ForgotPassword { get; init; } = "/forgot-password";

    public static string Email(int i) => string.Create(CultureInfo.InvariantCulture, $"account{i}@example.com");

    /// <summary>Starts it and waits for its first answer.</summary>
    /// <returns>How long that took.</returns>
    public async Task<TimeSpan> StartAsync()
    {
        Address = new Uri($"http://127.0.0.1:{LocalPort.Free()}");
        var since = Stopwatch.StartNew();
        _process = Tools.Start(
            "dotnet",
            [assembly],
            new(settings)
            {
                ["ASPNETCORE_ENVIRONMENT"] = "Production",
                ["ASPNETCORE_URLS"] = Address.ToString().TrimEnd('/'),
                ["Logging__LogLevel__Default"] = "Warning",
            },
            folder);
        _process.OutputDataReceived += (_, _) => { };
        _process.BeginOutputReadLine();
        _process.ErrorDataReceived += (_, line) => Console.Error.WriteLine(line.Data);
        _process.BeginErrorReadLine();
        using var client = new HttpClient { BaseAddress = Address };
        while (true)
        {
            try
            {
                using var answer = await client.GetAsync(new Uri(ForgotPassword, UriKind.Relative));
                return answer.StatusCode == HttpStatusCode.OK
                    ? since.Elapsed
                    : throw new InvalidOperationException($"{name} answers {answer.StatusCode}.");
            }
            catch (HttpRequestException) when (since.Elapsed < Timeout && !_process.HasExited)
            {
                await Task.Delay(5);
            }
        }
    }

    public async Task StopAsync()
    {
        if (_process is null)
            return;
        _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
        _process = null;
    }

    /// <summary>What the process took of the processors so far.</summary>
    public TimeSpan Work
    {
        get
        {
            _process!.Refresh();
            return _process.TotalProcessorTime;
        }
    }

    /// <summary>What it holds in memory, in megabytes.</summary>
    public double Memory
    {
        get
        {
            _process!.Refresh();
            return _process.WorkingSet64 / 1e6;
        }
    }

    public async Task SeedAsync()
    {
        var hash = new PasswordHasher<IdentityUser>().HashPassword(new IdentityUser(), Password);
        await using var connection = await ConnectAsync();
        for (var i = 0; i < Accounts; i++)
        {
            await using var command = connection.CreateCommand();
            command.CommandText = """
                INSERT INTO "AspNetUsers" ("Id", "UserName", "NormalizedUserName", "Email", "NormalizedEmail", "EmailConfirmed",
                "PasswordHash", "SecurityStamp", "ConcurrencyStamp", "PhoneNumberConfirmed", "TwoFactorEnabled", "LockoutEnabled",
                "AccessFailedCount")
                VALUES (@id, @email, upper(@email), @email, upper(@email), true, @hash, @stamp, @stamp, false, false, true, 0)
                """;
            Add(command, "id", Guid.NewGuid().ToString());
            Add(command, "email", Email(i));
            Add(command, "hash", hash);
            Add(command, "stamp", Guid.NewGuid().ToString("N").ToUpperInvariant());
            await command.ExecuteNonQueryAsync();
        }
    }

    /// <summary>One number from its database.</summary>
    public async Task<long> CountAsync(string sql)
    {
        await using var connection = await ConnectAsync();
        await using var command = connection.CreateCommand();
#pragma warning disable CA2100 // Constants of the scenarios.
        command.CommandText = sql;
#pragma warning restore CA2100
        return Convert.ToInt64(await command.ExecuteScalarAsync() ?? 0L, CultureInfo.InvariantCulture);
    }

    /// <summary>Forgets what was sent, so that nobody has used up their budget.</summary>
    public Task ClearAsync() => CountAsync("""DELETE FROM "RecoveryTrail"; DELETE FROM "RecoveryOutbox"; SELECT 0""");

    private async Task<DbConnection> ConnectAsync()
    {
        DbConnection connection = database.StartsWith("Data Source", StringComparison.Ordinal)
            ? new SqliteConnection(database)
            : new NpgsqlConnection(database);
        await connection.OpenAsync();
        return connection;
    }

    private static void Add(DbCommand command, string name, string value)
    {
        var parameter = command.CreateParameter();
        (parameter.ParameterName, parameter.Value) = (name, value);
        command.Parameters.Add(parameter);
    }

    public void Dispose()
    {
        _process?.Kill();
        _process?.Dispose();
    }
}
