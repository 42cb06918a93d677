using System.Diagnostics;
using OneTimeJwt.E2E.Infrastructure;

namespace OneTimeJwt.Web.Tests.Mail;

/// <summary>
/// A real mail server of the test's own, beside whatever runs on the machine: it takes mail for anybody, delivers what is
/// for bounces+anything@example.com into a mailbox of Dovecot's, and bounces all other mail.
/// </summary>
internal sealed class Postfix : IAsyncDisposable
{
    private const string Daemons = "/usr/lib/postfix/sbin";
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(30);

    private readonly string _folder = Directory.CreateTempSubdirectory("onetimejwt-postfix-").FullName;
    private Process? _process;

    public int Port { get; } = LocalPort.Free();

    public string Log => File.Exists(LogFile) ? File.ReadAllText(LogFile) : "";

    private string LogFile => Path.Combine(_folder, "log");

    /// <param name="mailboxes">Where bounces are delivered to.</param>
    /// <param name="rules">More lines of main.cf.</param>
    public static async Task<Postfix> StartAsync(Dovecot mailboxes, string rules = "")
    {
        Assert.SkipUnless(File.Exists(Path.Combine(Daemons, "master")), "postfix is not installed.");
        Assert.SkipUnless(Environment.IsPrivilegedProcess && !OperatingSystem.IsWindows(), "postfix runs as root only.");
        var server = new Postfix();
        await server.StartItAsync(mailboxes.Mails, rules);
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

    private async Task StartItAsync(string mails, string rules)
    {
        foreach (var folder in new[] { "etc", "queue", "data" })
            Directory.CreateDirectory(Path.Combine(_folder, folder));
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(
                _folder,
                File.GetUnixFileMode(_folder)
                    | UnixFileMode.GroupExecute
                    | UnixFileMode.OtherExecute
                    | UnixFileMode.GroupRead
                    | UnixFileMode.OtherRead);
        await RunAsync("chown", "postfix", Path.Combine(_folder, "data"));
        await File.WriteAllTextAsync(Path.Combine(_folder, "etc", "main.cf"), Main(mails) + rules + "\n");
        await File.WriteAllTextAsync(Path.Combine(_folder, "etc", "master.cf"), Master());
        await RunAsync("postfix", "-c", Path.Combine(_folder, "etc"), "check");

        _process = Process.Start(Path.Combine(Daemons, "master"), ["-c", Path.Combine(_folder, "etc"), "-d"]);
        for (var since = Stopwatch.StartNew(); !await LocalPort.IsOpenAsync(Port); await Task.Delay(50))
        {
            if (_process.HasExited || since.Elapsed > Timeout)
                throw new InvalidOperationException($"Postfix did not start: {Log}");
        }
    }

    private static async Task RunAsync(string program, params string[] arguments)
    {
        using var process = Process.Start(program, arguments);
        await process.WaitForExitAsync();
        Assert.Equal(0, process.ExitCode);
    }

    private string Main(string mails) =>
        $$"""
        compatibility_level = 3.6
        queue_directory = {{_folder}}/queue
        data_directory = {{_folder}}/data
        daemon_directory = {{Daemons}}
        command_directory = /usr/sbin
        maillog_file = {{LogFile}}
        maillog_file_prefixes = {{Path.GetTempPath()}}
        myhostname = mx.example.net
        mydestination =
        inet_interfaces = 127.0.0.1
        inet_protocols = ipv4
        mynetworks = 127.0.0.0/8
        recipient_delimiter = +
        virtual_mailbox_domains = example.com, lost.example
        virtual_mailbox_base = {{mails}}
        virtual_mailbox_maps = inline:{ bounces@example.com={{Dovecot.User}}/ }
        virtual_uid_maps = static:65534
        virtual_gid_maps = static:65534
        smtpd_reject_unlisted_recipient = no
        default_transport = error:5.7.0 nothing leaves this machine

        """;

    private string Master() =>
        $"""
        127.0.0.1:{Port} inet n - n - - smtpd
        cleanup unix n - n - 0 cleanup
        qmgr unix n - n 300 1 qmgr
        rewrite unix - - n - - trivial-rewrite
        bounce unix - - n - 0 bounce
        defer unix - - n - 0 bounce
        trace unix - - n - 0 bounce
        error unix - - n - - error
        retry unix - - n - - error
        virtual unix - n n - - virtual
        proxymap unix - - n - - proxymap
        anvil unix - - n - 1 anvil
        postlog unix-dgram n - n - 1 postlogd

        """;
}
