using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using OneTimeJwt.Web.Admin;
using OneTimeJwt.Web.Tests.Admin;

namespace OneTimeJwt.Web.Tests.Api;

/// <summary>One running app with its API on, for the tests of a class.</summary>
public sealed class ApiApp : IAsyncLifetime
{
    public static Dictionary<string, string?> On => new() { ["Api:Enabled"] = "true" };

    public TestApp App { get; private set; } = null!;

    public async ValueTask InitializeAsync() => App = await TestApp.StartAsync(On);

    public ValueTask DisposeAsync() => App.DisposeAsync();
}

/// <summary>A program that uses the API with a key.</summary>
internal sealed class ApiProgram(string origin, string? key) : IDisposable
{
    private readonly Visitor _visitor = new(origin);

    public string Key => key!;

    public Task<Answer> GetAsync(string path) => SendAsync(HttpMethod.Get, path);

    public Task<Answer> ActAsync(string accountId, string act, string reason = "ticket 4711", string? once = null) =>
        SendAsync(
            HttpMethod.Post,
            $"/api/v1/accounts/{Uri.EscapeDataString(accountId)}/{act}",
            new JsonObject { ["reason"] = reason }.ToJsonString(),
            once ?? $"\"{Guid.NewGuid()}\"");

    public async Task<Answer> SendAsync(HttpMethod method, string path, string? body = null, string? once = null)
    {
        using var request = new HttpRequestMessage(method, path);
        if (key is not null)
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", key);
        if (once is not null)
            request.Headers.TryAddWithoutValidation("Idempotency-Key", once);
        if (body is not null)
            request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        return await _visitor.SendAsync(request);
    }

    public void Dispose() => _visitor.Dispose();
}

internal static class ApiPrograms
{
    private const string Problem = "urn:problem-type:one-time-jwt:";

    public static async Task<ApiProgram> ProgramAsync(
        this TestApp app, ConsoleRole role, string name = "Desk robot", string networks = "", int days = 30)
    {
        var admin = await app.AddAdminAsync(ConsoleRole.Admin);
        var (text, problem) = await app.WithAsync<ApiKeys, (string?, string?)>(keys =>
            keys.MakeAsync(admin.User, new NewApiKey(name, role, networks, days, "for the desk"), "203.0.113.9"));
        Assert.Null(problem);
        return new ApiProgram(app.Origin, text);
    }

    public static JsonNode Json(this Answer answer)
    {
        Assert.True(answer.Status == HttpStatusCode.OK, $"{(int)answer.Status} {answer.Body}");
        Assert.Equal("application/json; charset=utf-8", answer.Headers["Content-Type"]);
        Assert.Equal("no-store", answer.Headers["Cache-Control"]);
        return JsonNode.Parse(answer.Body)!;
    }

    /// <summary>It is this kind of problem, and told as one.</summary>
    public static JsonNode IsProblem(this Answer answer, string name, HttpStatusCode status)
    {
        Assert.True(answer.Status == status, $"{(int)answer.Status} {answer.Body}");
        Assert.Equal("application/problem+json", answer.Headers["Content-Type"].Split(';')[0]);
        var problem = JsonNode.Parse(answer.Body)!;
        Assert.Equal((Problem + name, (int)status), (problem["type"]!.GetValue<string>(), problem["status"]!.GetValue<int>()));
        return problem;
    }
}
