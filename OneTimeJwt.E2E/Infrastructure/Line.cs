using System.Collections.Concurrent;
using Microsoft.Playwright;

namespace OneTimeJwt.E2E.Infrastructure;

/// <summary>What an interactive page reaches its server over, which can be cut and mended.</summary>
public sealed class Line
{
    private readonly ConcurrentQueue<IWebSocketRoute> _sockets = [];
    private volatile bool _isCut;
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
            socket.ConnectToServer();
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

    public void Mend() => _isCut = false;

    private async Task CloseAsync()
    {
        while (_sockets.TryDequeue(out var socket))
            await socket.CloseAsync();
    }
}
