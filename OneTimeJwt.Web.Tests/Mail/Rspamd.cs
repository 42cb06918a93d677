using System.Diagnostics;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using OneTimeJwt.Web.Tests.Admin;

namespace OneTimeJwt.Web.Tests.Mail;

/// <summary>An rspamd of the suite's own, with the rules of its package and without those that ask the network.</summary>
internal sealed class Rspamd : IAsyncDisposable
{
    private const string Program = "/usr/bin/rspamd";

    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(60);

    // They ask DNS or servers of rspamd's, or need a store.
    private static readonly string[] Networked =
    [
        "rbl",
        "surbl",
        "spf",
        "dkim",
        "dmarc",
        "arc",
        "asn",
        "fuzzy_check",
        "greylist",
        "mx_check",
        "rspamd_update",
        "dkim_signing",
        "bimi",
    ];

    private readonly HttpClient _client;
    private readonly Process _process;

    private Rspamd(Process process, int port) =>
        (_process, _client) = (process, new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}/") });

    /// <summary>Why there is none; null where there is one.</summary>
    public static string? Missing => File.Exists(Program) ? null : "Debian's rspamd could not be had here.";

    public static async Task<Rspamd> StartAsync(string folder)
    {
        var port = FreePort();
        await File.WriteAllTextAsync(Path.Combine(folder, "rspamd.conf"), $$"""
            .include "$CONFDIR/common.conf"
            options {
              .include "$CONFDIR/options.inc"
              pidfile = "$DBDIR/rspamd.pid";
              control_socket = "$DBDIR/rspamd.sock mode=0600";
              dns { nameserver = ["127.0.0.1:1"]; timeout = 0.05s; retransmits = 1; }
            }
            logging { type = "file"; filename = "$DBDIR/rspamd.log"; level = "error"; }
            worker "normal" { bind_socket = "127.0.0.1:{{port}}"; mime = true; count = 1; }
            """);
        Directory.CreateDirectory(Path.Combine(folder, "local.d"));
        foreach (var module in Networked)
            await File.WriteAllTextAsync(Path.Combine(folder, "local.d", $"{module}.conf"), "enabled = false;\n");

        var start = new ProcessStartInfo(Program) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (
            var argument in new[]
            {
                "--no-fork",
                "--config",
                Path.Combine(folder, "rspamd.conf"),
                $"--var=DBDIR={folder}",
                $"--var=LOCAL_CONFDIR={folder}",
            })
            start.ArgumentList.Add(argument);
        // It refuses to run as root unless that is said.
        if (Environment.IsPrivilegedProcess)
            start.ArgumentList.Add("--insecure");
        var rspamd = new Rspamd(Process.Start(start)!, port);
        await rspamd.IsUpAsync();
        return rspamd;
    }

    public async Task<IReadOnlyList<Verdict>> JudgeAsync(IReadOnlyList<string> mails)
    {
        var verdicts = new List<Verdict>();
        foreach (var mail in mails)
        {
            // Every rule, also behind one that decides.
            using var request = new HttpRequestMessage(HttpMethod.Post, "checkv2")
            {
                Content = new StringContent(mail, Encoding.UTF8),
                Headers = { { "Pass", "all" } },
            };
            using var answer = await _client.SendAsync(request);
            using var report = JsonDocument.Parse(await answer.Content.ReadAsStringAsync());
            verdicts.Add(
                new(
                    report
                        .RootElement.GetProperty("symbols")
                        .EnumerateObject()
                        .ToDictionary(rule => rule.Name, rule => rule.Value.GetProperty("score").GetDouble())));
        }

        return verdicts;
    }

    public async ValueTask DisposeAsync()
    {
        _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
        _process.Dispose();
        _client.Dispose();
    }

    private async Task IsUpAsync()
    {
        using var timeout = new CancellationTokenSource(Timeout);
        while (true)
        {
            try
            {
                using var answer = await _client.GetAsync(new Uri("ping", UriKind.Relative), timeout.Token);
                if (answer.IsSuccessStatusCode)
                    return;
            }
            catch (HttpRequestException) when (!_process.HasExited)
            {
                await Task.Delay(100, timeout.Token);
            }
        }
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
