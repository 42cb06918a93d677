using System.Diagnostics;
using System.Globalization;
using Npgsql;
using OneTimeJwt.E2E.Infrastructure;

namespace OneTimeJwt.Benchmarks;

/// <summary>A PostgreSQL with its factory settings, in a folder of its own; or the one that a variable names.</summary>
internal sealed class PostgreSqlServer : IAsyncDisposable
{
    private const string Variable = "ONETIMEJWT_BENCH_POSTGRESQL";
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(30);

    private readonly Scratch _scratch = new();
    private Process? _process;

    public string ConnectionString { get; private set; } = "";

    public static async Task<PostgreSqlServer> StartAsync()
    {
        var server = new PostgreSqlServer();
        if (Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } named)
        {
            server.ConnectionString = named;
            return server;
        }

        try
        {
            await server.RunAsync();
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    private async Task RunAsync()
    {
        var tools = Directory.Exists("/usr/lib/postgresql")
            ? Directory
                .GetDirectories("/usr/lib/postgresql")
                .Order(StringComparer.Ordinal)
                .Select(version => Path.Combine(version, "bin"))
                .LastOrDefault(Directory.Exists)
            : null;
        if (tools is null)
            throw new MissingToolException($"PostgreSQL is not here: install Debian's package postgresql, or name a server in {Variable}.");

        // It refuses to run as root.
        string[] who = Environment.UserName == "root" ? ["runuser", "-u", "postgres", "--"] : ["env"];
        var data = _scratch.File("data");
        if (who.Length > 1)
            await Tools.RunAsync("chown", ["postgres", _scratch.Folder]);
        await Tools.RunAsync(who[0], [.. who[1..], Path.Combine(tools, "initdb"), "-D", data, "-U", "bench", "-A", "trust", "-E", "UTF8"]);
        var port = LocalPort.Free().ToString(CultureInfo.InvariantCulture);
        _process = Tools.Start(
            who[0],
            [
                .. who[1..],
                Path.Combine(tools, "postgres"),
                "-D",
                data,
                "-p",
                port,
                "-c",
                "listen_addresses=127.0.0.1",
                "-c",
                "unix_socket_directories=",
            ]);
        ConnectionString = $"Host=127.0.0.1;Port={port};Username=bench;Database=postgres";
        await WaitAsync();
    }

    private async Task WaitAsync()
    {
        var since = Stopwatch.StartNew();
        while (true)
        {
            try
            {
                await using var connection = new NpgsqlConnection(ConnectionString);
                await connection.OpenAsync();
                return;
            }
            catch (NpgsqlException) when (since.Elapsed < Timeout)
            {
                await Task.Delay(100);
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
        {
            NpgsqlConnection.ClearAllPools();
            _process.Kill(entireProcessTree: true);
            await _process.WaitForExitAsync();
            _process.Dispose();
        }

        _scratch.Dispose();
    }
}
