using System.Collections.Concurrent;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using StandardWebhooks;

namespace OneTimeJwt.Web.Tests.Events;

/// <param name="Id">Of the header.</param>
/// <param name="Text">The body as it came.</param>
/// <param name="Headers">All of them.</param>
internal sealed record ReceivedEvent(string Id, string Text, HeaderDictionary Headers)
{
    public JsonNode Body { get; } = JsonNode.Parse(Text)!;

    public string Type => Body["type"]!.GetValue<string>();

    public JsonNode Data => Body["data"]!;

    public string? AccountId => Data["accountId"]?.GetValue<string>();

    /// <summary>Verifies it by a library that isn't ours.</summary>
    /// <exception cref="StandardWebhooks.Diagnostics.WebhookVerificationException">It isn't signed with the secret, or not now.</exception>
    public void Verify(string secret) => new StandardWebhook(secret).Verify(Text, Headers);
}

/// <summary>A receiver on this machine that keeps what it gets.</summary>
internal sealed class WebhookReceiver : IAsyncDisposable
{
    public const string Secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

    private readonly ConcurrentQueue<ReceivedEvent> _events = [];
    private readonly WebApplication _server;

    private WebhookReceiver()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        _server = builder.Build();
        _server.Run(TakeAsync);
    }

    /// <summary>What it says to an event; 204 unless set.</summary>
    public Func<ReceivedEvent, HttpResponse, Task>? Answer { get; set; }

    public string Url => $"{_server.Urls.Single()}/events?key=of-the-query";

    /// <summary>Everything that came, in its order, whatever was answered.</summary>
    public IReadOnlyList<ReceivedEvent> Events => [.. _events];

    /// <summary>The settings of an app that sends here.</summary>
    public Dictionary<string, string?> Settings => new()
    {
        ["Webhooks:Endpoints:0:Url"] = Url,
        ["Webhooks:Endpoints:0:Secrets:0"] = Secret,
        ["Webhooks:Endpoints:0:AllowPrivateNetworks"] = "true",
    };

    public static async Task<WebhookReceiver> StartAsync()
    {
        var receiver = new WebhookReceiver();
        await receiver._server.StartAsync();
        return receiver;
    }

    public static Task RefuseAsync(HttpResponse response, int status = StatusCodes.Status500InternalServerError)
    {
        response.StatusCode = status;
        return Task.CompletedTask;
    }

    /// <summary>Waits until they are as hoped for; else what there is.</summary>
    public Task<IReadOnlyList<ReceivedEvent>> WaitAsync(Func<IReadOnlyList<ReceivedEvent>, bool> areThere) =>
        Eventually.Async(() => Task.FromResult(Events), areThere);

    /// <summary>Waits for the first of that type of an account.</summary>
    public async Task<ReceivedEvent> WaitAsync(string type, string accountId)
    {
        bool Is(ReceivedEvent one) => one.Type == type && one.AccountId == accountId;
        return (await WaitAsync(events => events.Any(Is))).First(Is);
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    private async Task TakeAsync(HttpContext http)
    {
        using var reader = new StreamReader(http.Request.Body, Encoding.UTF8);
        var headers = new HeaderDictionary();
        foreach (var (name, value) in http.Request.Headers)
            headers[name] = value;
        var received = new ReceivedEvent(headers["webhook-id"].ToString(), await reader.ReadToEndAsync(), headers);
        _events.Enqueue(received);
        http.Response.StatusCode = StatusCodes.Status204NoContent;
        if (Answer is { } answer)
            await answer(received, http.Response);
    }
}
