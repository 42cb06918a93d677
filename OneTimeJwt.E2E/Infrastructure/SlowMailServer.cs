using System.Net;
using System.Net.Sockets;
using System.Text;

namespace OneTimeJwt.E2E.Infrastructure;

/// <summary>A mail server that takes every mail, each after a while.</summary>
internal sealed class SlowMailServer : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly TimeSpan _while;
    private int _taken;

    public SlowMailServer(TimeSpan aWhile)
    {
        _while = aWhile;
        _listener.Start();
        _ = ListenAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>How many mails it has.</summary>
    public int Taken => _taken;

    public void Dispose() => _listener.Dispose();

    private async Task ListenAsync()
    {
        try
        {
            while (true)
                _ = TalkAsync(await _listener.AcceptTcpClientAsync());
        }
        catch (Exception fault) when (fault is SocketException or ObjectDisposedException)
        {
        }
    }

    private async Task TalkAsync(TcpClient client)
    {
        using (client)
        {
            try
            {
                await using var stream = client.GetStream();
                using var reader = new StreamReader(stream, Encoding.Latin1);
                await using var writer = new StreamWriter(stream, Encoding.Latin1) { NewLine = "\r\n", AutoFlush = true };
                await writer.WriteLineAsync("220 slow");
                while (await reader.ReadLineAsync() is { } command && command != "QUIT")
                {
                    await writer.WriteLineAsync(command == "DATA" ? "354 go ahead" : "250 ok");
                    if (command == "DATA")
                        await TakeAsync(reader, writer);
                }
            }
            catch (IOException)
            {
                // The app was stopped.
            }
        }
    }

    private async Task TakeAsync(StreamReader reader, StreamWriter writer)
    {
        while (await reader.ReadLineAsync() is not ("." or null))
        {
        }

        await Task.Delay(_while);
        Interlocked.Increment(ref _taken);
        await writer.WriteLineAsync("250 taken");
    }
}
