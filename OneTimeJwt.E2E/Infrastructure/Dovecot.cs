using System.Diagnostics;
using System.Text;
using MailKit;
using MailKit.Net.Imap;
using MailKit.Security;
using MimeKit;

namespace OneTimeJwt.E2E.Infrastructure;

/// <summary>A real IMAP server of the test's own: one mailbox in a folder that goes away, on a port that was free.</summary>
internal sealed class Dovecot : IAsyncDisposable
{
    public const string User = "qa@example.com";
    public const string Password = "p@ss/w%rd";

    private const string Configured = "2.3.";

    private readonly string _folder = Directory.CreateTempSubdirectory("onetimejwt-dovecot-").FullName;
    private readonly string _program;
    private ServerProcess? _process;

    private Dovecot(string program) => _program = program;

    public int Port { get; } = LocalPort.Free();

    /// <summary>Where its mailboxes are: one in the form of Maildir for each user.</summary>
    public string Mails => Path.Combine(_folder, "mails");

    public string Url => $"imap://{Uri.EscapeDataString(User)}:{Uri.EscapeDataString(Password)}@127.0.0.1:{Port}";

    public static async Task<Dovecot> StartAsync()
    {
        var program = ServerProcess.Find("dovecot");
        Assert.SkipWhen(program is null, "dovecot is not on PATH.");
        var version = await VersionAsync(program!);
        Assert.SkipUnless(
            version.StartsWith(Configured, StringComparison.Ordinal),
            $"Dovecot {version} is configured in another way than {Configured}x.");
        var server = new Dovecot(program!);
        await server.WriteAsync();
        await server.StartAgainAsync();
        return server;
    }

    public async Task StartAgainAsync() =>
        _process = await ServerProcess.StartAsync(_program, ["-F", "-c", Path.Combine(_folder, "dovecot.conf")], Port);

    /// <summary>A client that is signed in.</summary>
    public async Task<ImapClient> OpenAsync()
    {
        var client = new ImapClient();
        await client.ConnectAsync("127.0.0.1", Port, SecureSocketOptions.None);
        await client.AuthenticateAsync(User, Password);
        return client;
    }

    public async Task AppendAsync(MimeMessage message)
    {
        using var client = await OpenAsync();
        await client.Inbox.AppendAsync(message);
    }

    /// <param name="data">A mail as it came over SMTP.</param>
    public async Task AppendAsync(string data)
    {
        using var bytes = new MemoryStream(Encoding.Latin1.GetBytes(data));
        using var message = await MimeMessage.LoadAsync(bytes);
        await AppendAsync(message);
    }

    public async Task StopAsync()
    {
        // Those who are signed in too: asked to end, it would let them stay a while.
        await _process!.DisposeAsync();
        _process = null;
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
            await StopAsync();
        Directory.Delete(_folder, recursive: true);
    }

    private static async Task<string> VersionAsync(string program)
    {
        using var process = Process.Start(new ProcessStartInfo(program, ["--version"]) { RedirectStandardOutput = true })!;
        return (await process.StandardOutput.ReadToEndAsync()).Trim();
    }

    private async Task WriteAsync()
    {
        var mails = Directory.CreateDirectory(Mails).FullName;
        if (!OperatingSystem.IsWindows())
        {
            // It keeps no mail as root.
            File.SetUnixFileMode(_folder, File.GetUnixFileMode(_folder) | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute);
            File.SetUnixFileMode(mails, (UnixFileMode)0b_111_111_111);
        }

        await File.WriteAllTextAsync(Path.Combine(_folder, "users"), $"{User}:{{PLAIN}}{Password}\n");
        await File.WriteAllTextAsync(Path.Combine(_folder, "dovecot.conf"), Configuration());
    }

    private string Configuration() =>
        $$"""
            base_dir = {{_folder}}/run
            state_dir = {{_folder}}/state
            log_path = {{_folder}}/log
            protocols = imap
            listen = 127.0.0.1
            ssl = no
            disable_plaintext_auth = no
            mail_location = maildir:{{_folder}}/mails/%u
            mail_uid = {{(Environment.IsPrivilegedProcess ? "nobody" : Environment.UserName)}}
            mail_gid = {{(Environment.IsPrivilegedProcess ? "nogroup" : Environment.UserName)}}
            {{(
                Environment.IsPrivilegedProcess
                    ? ""
                    : string.Join(
                        '\n',
                        "internal_user internal_group login_user".Split(' ').Select(user => $"default_{user} = {Environment.UserName}"))
            )}}
            passdb {
              driver = passwd-file
              args = {{_folder}}/users
            }
            userdb {
              driver = static
              args = home={{_folder}}/mails/%u
            }
            service anvil {
              chroot =
            }
            service imap-login {
              chroot =
              inet_listener imap {
                port = {{Port}}
              }
              inet_listener imaps {
                port = 0
              }
            }
            """;
}
