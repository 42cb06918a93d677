using System.Collections.Concurrent;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace OneTimeJwt.E2E.Infrastructure;

internal sealed record SentEvent(string Id, string Type, string? AccountId);

/// <summary>A receiver of webhooks on this machine.</summary>
internal sealed class EventReceiver : IAsyncDisposable
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(90);

    private readonly ConcurrentQueue<SentEvent> _events = [];
    private readonly WebApplication _server;

    private EventReceiver()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        _server = builder.Build();
        _server.Run(TakeAsync);
    }

    /// <summary>Done with an event ahead of the answer.</summary>
    public Func<SentEvent, Task>? Before { get; set; }

    /// <summary>Done with an event once the answer has left.</summary>
    public Func<SentEvent, Task>? After { get; set; }

    public IReadOnlyList<SentEvent> Events => [.. _events];

    /// <summary>The settings of an app that sends here.</summary>
    public Dictionary<string, string> Settings => new()
    {
        ["Webhooks__Endpoints__0__Url"] = $"{_server.Urls.Single()}/events",
        ["Webhooks__Endpoints__0__Secrets__0"] = $"whsec_{Convert.ToBase64String(new byte[32])}",
        ["Webhooks__Endpoints__0__AllowPrivateNetworks"] = "true",
    };

    public static async Task<EventReceiver> StartAsync()
    {
        var receiver = new EventReceiver();
        await receiver._server.StartAsync();
        return receiver;
    }

    /// <summary>Waits for so many of an account.</summary>
    public async Task<IReadOnlyList<SentEvent>> WaitAsync(string type, string accountId, int count = 1)
    {
        for (var end = DateTime.UtcNow + Timeout; ; await Task.Delay(100))
        {
            var found = Events.Where(sent => sent.Type == type && sent.AccountId == accountId).ToList();
            if (found.Count >= count)
                return found;
            Assert.True(DateTime.UtcNow < end, $"Of {count} events {found.Count} came.");
        }
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    private async Task TakeAsync(HttpContext http)
    {
        using var reader = new StreamReader(http.Request.Body, Encoding.UTF8);
        using var body = JsonDocument.Parse(await reader.ReadToEndAsync());
        var (type, data) = (body.RootElement.GetProperty("type").GetString()!, body.RootElement.GetProperty("data"));
        var accountId = data.TryGetProperty("accountId", out var id) ? id.GetString() : null;
        var sent = new SentEvent(http.Request.Headers["webhook-id"].ToString(), type, accountId);
        _events.Enqueue(sent);
        if (Before is { } before)
            await before(sent);
        await http.Response.CompleteAsync();
        if (After is { } after)
            await after(sent);
    }
}
