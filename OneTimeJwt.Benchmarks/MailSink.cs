using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using OneTimeJwt.E2E.Infrastructure;

namespace OneTimeJwt.Benchmarks;

/// <summary>A mail server that accepts everything and keeps nothing: Postfix's own, made for measuring.</summary>
internal sealed class MailSink(Process process, int port) : IAsyncDisposable
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(10);

    public int Port => port;

    public static async Task<MailSink> StartAsync()
    {
        var program = await Tools.FindAsync("smtp-sink", "postfix");
        var port = LocalPort.Free();
        string[] who = Environment.UserName == "root" ? ["-u", "nobody"] : [];
        var process = Tools.Start(program, [.. who, string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{port}"), "1000"]);
        for (var since = Stopwatch.StartNew(); ; await Task.Delay(50))
        {
            try
            {
                using var client = new TcpClient();
                await client.ConnectAsync("127.0.0.1", port);
                return new MailSink(process, port);
            }
            catch (SocketException) when (since.Elapsed < Timeout)
            {
                // Not yet.
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        process.Kill();
        await process.WaitForExitAsync();
        process.Dispose();
    }
}
