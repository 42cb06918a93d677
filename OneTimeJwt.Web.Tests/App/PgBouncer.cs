using System.Diagnostics;
using Npgsql;
using OneTimeJwt.E2E.Infrastructure;

namespace OneTimeJwt.Web.Tests.App;

/// <summary>A real PgBouncer before the tests' PostgreSQL, in transaction mode: each transaction may get another session.</summary>
internal sealed class PgBouncer : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly string _folder = Directory.CreateTempSubdirectory("ott-pgbouncer-").FullName;
    private readonly int _port = LocalPort.Free();
    private Process? _process;

    public string Through(string connectionString) =>
        new NpgsqlConnectionStringBuilder(connectionString) { Host = "127.0.0.1", Port = _port }.ToString();

    /// <param name="connectionString">Of any database on the server.</param>
    /// <param name="sessions">How many it opens there, at most.</param>
    public static async Task<PgBouncer> StartAsync(string connectionString, int sessions)
    {
        const string Program = "/usr/sbin/pgbouncer";
        Assert.SkipUnless(File.Exists(Program), "pgbouncer is not installed.");
        var bouncer = new PgBouncer();
        await bouncer.RunAsync(Program, new NpgsqlConnectionStringBuilder(connectionString), sessions);
        return bouncer;
    }

    private async Task RunAsync(string program, NpgsqlConnectionStringBuilder server, int sessions)
    {
        var (configuration, users) = (Path.Combine(_folder, "pgbouncer.ini"), Path.Combine(_folder, "users.txt"));
        await File.WriteAllTextAsync(users, $"\"{server.Username}\" \"{server.Password}\"\n");
        await File.WriteAllTextAsync(configuration, $"""
            [databases]
            * = host={server.Host} port={server.Port}
            [pgbouncer]
            listen_addr = 127.0.0.1
            listen_port = {_port}
            unix_socket_dir =
            auth_type = trust
            auth_file = {users}
            pool_mode = transaction
            default_pool_size = {sessions}
            max_client_conn = 500
            """);
        // It refuses to run as root.
        if (Environment.IsPrivilegedProcess && !OperatingSystem.IsWindows())
            File.SetUnixFileMode(_folder, (UnixFileMode)0b111_101_101);
        string[] user = Environment.IsPrivilegedProcess ? ["-u", "nobody"] : [];
        _process = Process.Start(new ProcessStartInfo(program, [.. user, configuration]) { RedirectStandardError = true })!;
        var errors = _process.StandardError.ReadToEndAsync();
        for (var since = Stopwatch.StartNew(); !await LocalPort.IsOpenAsync(_port); await Task.Delay(50))
        {
            if (_process.HasExited || since.Elapsed > Patience)
                throw new InvalidOperationException($"PgBouncer did not start: {(_process.HasExited ? await errors : "")}");
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
        {
            _process.Kill(entireProcessTree: true);
            await _process.WaitForExitAsync();
            _process.Dispose();
        }

        Directory.Delete(_folder, recursive: true);
    }
}
