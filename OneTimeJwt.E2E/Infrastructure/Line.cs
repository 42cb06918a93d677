using System.Collections.Concurrent;
using Microsoft.Playwright;

namespace OneTimeJwt.E2E.Infrastructure;

/// <summary>What an interactive page reaches its server over, which can be cut and mended.</summary>
public sealed class Line
{
    private readonly ConcurrentQueue<IWebSocketRoute> _sockets = [];
    private volatile bool _isCut;
    private volatile bool _isMute;
    private volatile bool _refusesWebSockets;
    private volatile int _refused;

    private Line()
    {
    }

    /// <summary>How often the server was asked for while it was cut.</summary>
    public int Refused => _refused;

    public static async Task<Line> LayAsync(IPage page)
    {
        var line = new Line();
        await page.RouteWebSocketAsync(url => url.Contains("/_blazor", StringComparison.Ordinal), socket =>
        {
            if (line._isCut || line._refusesWebSockets)
            {
                _ = socket.CloseAsync();
                return;
            }

            line._sockets.Enqueue(socket);
            socket.ConnectToServer().OnMessage(frame =>
            {
                if (!line._isMute)
                    Pass(socket, frame);
            });
        });
        await page.RouteAsync("**/admin/reachable", route =>
        {
            if (!line._isCut)
                return route.ContinueAsync();
            Interlocked.Increment(ref line._refused);
            return route.AbortAsync();
        });
        return line;
    }

    public async Task CutAsync()
    {
        _isCut = true;
        await CloseAsync();
    }

    /// <summary>As a proxy does that passes plain requests alone.</summary>
    public async Task RefuseWebSocketsAsync()
    {
        _refusesWebSockets = true;
        await CloseAsync();
    }

    public void Mend() => (_isCut, _isMute) = (false, false);

    /// <summary>From here on the server hears everything, and nothing that it says arrives.</summary>
    public void Mute() => _isMute = true;

    /// <summary>Passes on what a socket brought.</summary>
    public static void Pass(IWebSocketRoute to, IWebSocketFrame frame)
    {
        if (frame.Binary is { } bytes)
            to.Send(bytes);
        else
            to.Send(frame.Text!);
    }

    private async Task CloseAsync()
    {
        while (_sockets.TryDequeue(out var socket))
            await socket.CloseAsync();
    }
}
