using System.Text;

namespace OneTimeJwt.E2E.Infrastructure;

/// <summary>A site of somebody else's: every page leads to another origin, which shows one page.</summary>
internal sealed class OtherSite : IAsyncDisposable
{
    public const string Heading = "Their own sign-in";

    private readonly HttpListener _listener = new();
    private readonly Uri _end = new($"http://127.0.0.1:{LocalPort.Free()}/");
    private readonly Task _serving;

    private OtherSite()
    {
        _listener.Prefixes.Add(Address.ToString());
        _listener.Prefixes.Add(_end.ToString());
        _listener.Start();
        _serving = ServeAsync();
    }

    public Uri Address { get; } = new($"http://localhost:{LocalPort.Free()}/");

    public static OtherSite Start() => new();

    public async ValueTask DisposeAsync()
    {
        _listener.Close();
        await _serving;
    }

    private async Task ServeAsync()
    {
        while (_listener.IsListening)
        {
            try
            {
                Answer(await _listener.GetContextAsync());
            }
            catch (Exception fault) when (fault is HttpListenerException or ObjectDisposedException)
            {
                // Closed while it waited.
            }
        }
    }

    private void Answer(HttpListenerContext context)
    {
        if (context.Request.Url!.Port == _end.Port)
        {
            context.Response.ContentType = "text/html; charset=utf-8";
            var page = $"<!DOCTYPE html><html lang=en><title>{Heading}</title><h1>{Heading}</h1>";
            context.Response.Close(Encoding.UTF8.GetBytes(page), willBlock: true);
        }
        else
        {
            context.Response.Redirect(_end.ToString());
            context.Response.Close();
        }
    }
}
