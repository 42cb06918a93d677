using System.Diagnostics;
using OneTimeJwt.E2E.Infrastructure;

namespace OneTimeJwt.Web.Tests.Mail;

/// <summary>A real Exim of the test's own, unpacked somewhere: it judges recipients and keeps what it takes in a file.</summary>
internal sealed class Exim : IAsyncDisposable
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(30);

    private readonly string _folder = Directory.CreateTempSubdirectory("onetimejwt-exim-").FullName;
    private Process? _process;

    public int Port { get; } = LocalPort.Free();

    /// <summary>What was delivered, one mail after the other.</summary>
    public string Mails => File.Exists(Mailbox) ? File.ReadAllText(Mailbox) : "";

    private string Mailbox => Path.Combine(_folder, "run", "mbox");

    /// <param name="recipients">The conditions of its access control list for recipients; others are accepted.</param>
    public static async Task<Exim> StartAsync(string recipients)
    {
        var unpacked = Environment.GetEnvironmentVariable("ONETIMEJWT_TEST_EXIM");
        Assert.SkipWhen(string.IsNullOrEmpty(unpacked), "ONETIMEJWT_TEST_EXIM names no folder with an unpacked Exim.");
        Assert.SkipUnless(Environment.IsPrivilegedProcess && !OperatingSystem.IsWindows(), "exim runs as root only.");
        var server = new Exim();
        await server.StartItAsync(unpacked, recipients);
        return server;
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

    private async Task StartItAsync(string unpacked, string recipients)
    {
        var program = Path.Combine(unpacked, "usr", "sbin", "exim4");
        var run = Directory.CreateDirectory(Path.Combine(_folder, "run")).FullName;
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(_folder, File.GetUnixFileMode(_folder) | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute);
        using (var chown = Process.Start("chown", ["Debian-exim", run]))
            await chown.WaitForExitAsync();
        var configuration = Path.Combine(_folder, "conf");
        await File.WriteAllTextAsync(configuration, Configuration(program, run, recipients));

        var start = new ProcessStartInfo(program, ["-C", configuration, "-bdf"]) { RedirectStandardError = true };
        _process = Process.Start(start)!;
        for (var since = Stopwatch.StartNew(); !await LocalPort.IsOpenAsync(Port); await Task.Delay(50))
        {
            if (_process.HasExited || since.Elapsed > Timeout)
                throw new InvalidOperationException("Exim did not start.");
        }
    }

    private string Configuration(string program, string run, string recipients) =>
        $"""
        exim_path = {program}
        exim_user = Debian-exim
        exim_group = Debian-exim
        primary_hostname = mx.example.net
        spool_directory = {run}
        log_file_path = {run}/%slog
        daemon_smtp_ports = {Port}
        local_interfaces = 127.0.0.1
        acl_smtp_rcpt = recipients
        acl_smtp_data = accept
        never_users =
        begin acl
        recipients:
        {recipients}
          accept
        begin routers
        all:
          driver = accept
          transport = file
        begin transports
        file:
          driver = appendfile
          file = {Mailbox}
          user = Debian-exim
          group = Debian-exim

        """;
}
