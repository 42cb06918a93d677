using System.Diagnostics;
using System.Globalization;
using Npgsql;
using OneTimeJwt.E2E.Infrastructure;

namespace OneTimeJwt.Web.Tests.App;

/// <summary>A PostgreSQL server of a test's own, which can be a standby, be stopped in its tracks and be killed.</summary>
internal sealed class PostgreSqlCluster : IAsyncDisposable
{
    public const string Database = "accounts";

    private const string Programs = "/usr/lib/postgresql";
    private const string User = "tests";
    private static readonly TimeSpan Timeout = TimeSpan.FromMinutes(2);

    private readonly string _folder = Directory.CreateTempSubdirectory("ott-pg-").FullName;

    private PostgreSqlCluster(int? port = null) => Port = port ?? LocalPort.Free();

    public int Port { get; }

    private string Data => Path.Combine(_folder, "data");

    /// <summary>A primary with an empty database.</summary>
    public static async Task<PostgreSqlCluster> StartAsync()
    {
        Assert.SkipUnless(Directory.Exists(Programs), "PostgreSQL's server programs are not installed.");
        var cluster = new PostgreSqlCluster();
        await cluster.OwnAsync();
        await RunAsync("initdb", "-D", cluster.Data, "-U", User, "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8");
        await cluster.LaunchAsync();
        await RunAsync(
            "psql",
            "-h",
            "127.0.0.1",
            "-p",
            Text(cluster.Port),
            "-U",
            User,
            "-d",
            "postgres",
            "-c",
            $"CREATE DATABASE {Database}");
        return cluster;
    }

    /// <summary>For an app that finds out which of them takes writes.</summary>
    public static string ConnectionStringOf(params PostgreSqlCluster[] servers) =>
        $"Host={string.Join(',', servers.Select(server => $"127.0.0.1:{server.Port}"))};Username={User};Database={Database}"
            + (servers.Length > 1 ? ";Target Session Attributes=read-write" : "");

    /// <summary>A standby of this one. Each commit waits for it from now on, whatever its name.</summary>
    /// <param name="port">Where it listens, to take the place of another one.</param>
    public async Task<PostgreSqlCluster> AddStandbyAsync(int? port = null)
    {
        var standby = new PostgreSqlCluster(port);
        await standby.OwnAsync();
        await RunAsync(
            "pg_basebackup",
            "-h",
            "127.0.0.1",
            "-p",
            Text(Port),
            "-U",
            User,
            "-D",
            standby.Data,
            "-R",
            "-X",
            "stream",
            "-c",
            "fast");
        await standby.LaunchAsync();
        await TellAsync("ALTER SYSTEM SET synchronous_standby_names = '*'");
        await TellAsync("SELECT pg_reload_conf()");
        await Eventually.Async(() => TellAsync("SELECT 1 FROM pg_stat_replication WHERE sync_state = 'sync'"), count => count == 1);
        return standby;
    }

    /// <summary>Becomes a primary that waits for nobody.</summary>
    public async Task PromoteAsync()
    {
        await RunAsync("pg_ctl", "-D", Data, "-w", "promote");
        await TellAsync("ALTER SYSTEM RESET synchronous_standby_names");
        await TellAsync("SELECT pg_reload_conf()");
    }

    /// <summary>All of its processes stand still, as on a machine that hangs.</summary>
    public Task FreezeAsync() => SignalAsync("-STOP");

    public Task ThawAsync() => SignalAsync("-CONT");

    /// <summary>All of its processes end at once, as on a machine that loses power.</summary>
    public async Task KillAsync()
    {
        var killed = await SignalAsync("-KILL");
        await Eventually.Async(
            () => Task.FromResult(killed.Count(process => State($"/proc/{process}") is not (null or "Z"))),
            count => count == 0);
    }

    /// <summary>As after a loss of power.</summary>
    public async Task RestartAsync()
    {
        await KillAsync();
        await StartAgainAsync();
    }

    /// <summary>After it was killed.</summary>
    public Task StartAgainAsync()
    {
        // Where nobody asks for its exit code, a process that was killed still counts as running.
        File.Delete(Path.Combine(Data, "postmaster.pid"));
        return LaunchAsync();
    }

    /// <returns>How many rows came or were changed.</returns>
    public async Task<int> TellAsync(string sql)
    {
        await using var connection = new NpgsqlConnection($"Host=127.0.0.1;Port={Port};Username={User};Database={Database};Pooling=false");
        await connection.OpenAsync();
#pragma warning disable CA2100 // Written in this suite.
        await using var command = new NpgsqlCommand(sql, connection);
#pragma warning restore CA2100
        await using var reader = await command.ExecuteReaderAsync();
        var rows = 0;
        while (await reader.ReadAsync())
            rows++;
        return rows;
    }

    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        if (Directory.Exists(_folder))
            Directory.Delete(_folder, recursive: true);
    }

    private Task LaunchAsync() =>
        RunAsync(
            "pg_ctl",
            "-D",
            Data,
            "-w",
            "-l",
            Path.Combine(_folder, "log"),
            "-o",
            $"-p {Port} -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c max_connections=100 -c shared_buffers=32MB -c "
                + "wal_sender_timeout=0 -c fsync=off",
            "start");

    // It doesn't run as root.
    private async Task OwnAsync()
    {
        if (Environment.IsPrivilegedProcess)
            await ExecuteAsync("chown", "postgres", _folder);
    }

    private static Task RunAsync(string program, params string[] words)
    {
        var path = Path.Combine(
            Directory.GetDirectories(Programs).OrderBy(folder => folder, StringComparer.Ordinal).Last(),
            "bin",
            program);
        return Environment.IsPrivilegedProcess
            ? ExecuteAsync("runuser", ["-u", "postgres", "--", path, .. words])
            : ExecuteAsync(path, words);
    }

    private static async Task ExecuteAsync(string program, params string[] words)
    {
        // Its output would stay open for as long as a server that it starts.
        using var process = Process.Start(
            new ProcessStartInfo("sh", ["-c", "exec \"$0\" \"$@\" > /dev/null 2>&1 < /dev/null", program, .. words])
            {
                WorkingDirectory = "/",
            }
        )!;
        using var timeout = new CancellationTokenSource(Timeout);
        await process.WaitForExitAsync(timeout.Token);
        Assert.True(process.ExitCode == 0, $"{program} {string.Join(' ', words)} ended with {process.ExitCode}.");
    }

    // The server's own first, so that it neither starts others nor tidies up.
    private async Task<IReadOnlyList<string>> SignalAsync(string signal)
    {
        var file = Path.Combine(Data, "postmaster.pid");
        if (!File.Exists(file))
            return [];

        var server = (await File.ReadAllLinesAsync(file))[0];
        if (!Directory.Exists($"/proc/{server}"))
            return [];

        var children = Directory
            .GetDirectories("/proc")
            .Where(process => Parent(process) == server)
            .Select(process => Path.GetFileName(process))
            .ToList();
        await ExecuteAsync("sh", ["-c", "kill \"$@\" 2> /dev/null; true", "kill", signal, server, .. children]);
        return [server, .. children];
    }

    private static string? State(string process) => Stat(process, 0);

    private static string? Parent(string process) => Stat(process, 1);

    // https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html: what follows the name.
    private static string? Stat(string process, int field)
    {
        try
        {
            return File.ReadAllText(Path.Combine(process, "stat")).Split(") ")[^1].Split(' ')[field];
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or IndexOutOfRangeException)
        {
            return null;
        }
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
