using System.Collections.Concurrent;
using Microsoft.Playwright;

namespace OneTimeJwt.E2E.Infrastructure;

/// <summary>The connection of an interactive page, which can be cut and mended.</summary>
public sealed class Line
{
    private readonly ConcurrentQueue<IWebSocketRoute> _sockets = [];
    private volatile bool _isCut;

    private Line()
    {
    }

    public static async Task<Line> LayAsync(IPage page)
    {
        var line = new Line();
        await page.RouteWebSocketAsync(url => url.Contains("/_blazor", StringComparison.Ordinal), socket =>
        {
            if (line._isCut)
            {
                _ = socket.CloseAsync();
                return;
            }

            line._sockets.Enqueue(socket);
            socket.ConnectToServer();
        });
        return line;
    }

    public async Task CutAsync()
    {
        _isCut = true;
        while (_sockets.TryDequeue(out var socket))
            await socket.CloseAsync();
    }

    public void Mend() => _isCut = false;
}
