using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace OneTimeJwt.Web.Tests.Mail;

/// <summary>A token endpoint for client credentials (RFC 6749, sections 4.4 and 5).</summary>
internal sealed class OAuthDouble : IAsyncDisposable
{
    public const string Secret = "only-for-tests-8Q~secret";

    private readonly ConcurrentQueue<IReadOnlyDictionary<string, string>> _asked = [];
    private readonly WebApplication _server;

    private OAuthDouble()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        _server = builder.Build();
        _server.MapPost("/token", AnswerAsync);
    }

    public string Endpoint => $"{_server.Urls.Single()}/token";

    /// <summary>What was asked, field by field.</summary>
    public IReadOnlyList<IReadOnlyDictionary<string, string>> Asked => [.. _asked];

    public object? ExpiresIn { get; set; } = 3600;

    /// <summary>Set to answer otherwise.</summary>
    public Func<HttpResponse, Task>? Otherwise { get; set; }

    public static async Task<OAuthDouble> StartAsync()
    {
        var server = new OAuthDouble();
        await server._server.StartAsync();
        return server;
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    private async Task AnswerAsync(HttpContext http)
    {
        var form = await http.Request.ReadFormAsync();
        _asked.Enqueue(form.ToDictionary(field => field.Key, field => field.Value.ToString()));
        if (Otherwise is { } otherwise)
        {
            await otherwise(http.Response);
            return;
        }

        if (form["grant_type"] != "client_credentials" || form["client_secret"] != Secret)
        {
            http.Response.StatusCode = StatusCodes.Status401Unauthorized;
            await http.Response.WriteAsJsonAsync(
                new { error = "invalid_client", error_description = $"the secret {form["client_secret"]} is wrong" });
            return;
        }

        await http.Response.WriteAsJsonAsync(new { access_token = $"token-{_asked.Count}", token_type = "Bearer", expires_in = ExpiresIn });
    }
}
