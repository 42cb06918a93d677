using Npgsql;
using OneTimeJwt.E2E.Infrastructure;

namespace OneTimeJwt.Web.Tests.App;

/// <summary>A real PgBouncer before the tests' PostgreSQL, in transaction mode: each transaction may get another session.</summary>
internal sealed class PgBouncer : IAsyncDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("ott-pgbouncer-").FullName;
    private readonly int _port = LocalPort.Free();
    private ServerProcess? _process;

    public string Through(string connectionString) =>
        new NpgsqlConnectionStringBuilder(connectionString) { Host = "127.0.0.1", Port = _port }.ToString();

    /// <param name="connectionString">Of any database on the server.</param>
    /// <param name="sessions">How many it opens there, at most.</param>
    public static async Task<PgBouncer> StartAsync(string connectionString, int sessions)
    {
        var program = ServerProcess.Find("pgbouncer");
        Assert.SkipWhen(program is null, "pgbouncer is not installed.");
        var bouncer = new PgBouncer();
        await bouncer.RunAsync(program!, new NpgsqlConnectionStringBuilder(connectionString), sessions);
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
        _process = await ServerProcess.StartAsync(program, [.. user, configuration], _port);
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
            await _process.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }
}
