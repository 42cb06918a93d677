using Microsoft.AspNetCore.Routing;
using OneTimeJwt.Web.Admin;
using OneTimeJwt.Web.Tests.Admin;

namespace OneTimeJwt.Web.Tests.Api;

/// <summary>Every operation, and who may use it.</summary>
public sealed class ApiAccessTests(ApiApp shared) : IClassFixture<ApiApp>
{
    private const string Nobody = "nobody";
    private const string Cookie = "an admin's session";

    // By what the operation may: the trail, reading, acting as Support may, acting as an Admin may, campaigns.
    private static readonly Dictionary<string, string[]> Operations = new()
    {
        ["trail"] = ["GET /api/v1/trail"],
        ["read"] = ["GET /api/v1/accounts", "GET /api/v1/accounts/{id}"],
        ["support"] =
        [
            "POST /api/v1/accounts/{id}/send-link", "POST /api/v1/accounts/{id}/confirm-address",
            "POST /api/v1/accounts/{id}/revoke-links",
        ],
        ["admin"] =
        [
            "POST /api/v1/accounts/{id}/require-reset", "POST /api/v1/accounts/{id}/lock", "POST /api/v1/accounts/{id}/unlock",
            "POST /api/v1/accounts/{id}/reset-two-factor",
        ],
    };

    private static readonly string[] Campaigns =
    [
        "GET /api/v1/campaigns", "GET /api/v1/campaigns/{id:guid}", "POST /api/v1/campaigns", "POST /api/v1/campaigns/{id:guid}/start",
        "POST /api/v1/campaigns/{id:guid}/pause", "POST /api/v1/campaigns/{id:guid}/resume", "POST /api/v1/campaigns/{id:guid}/stop",
    ];

    private static readonly Dictionary<string, string[]> Rights = new()
    {
        [Nobody] = [],
        [Cookie] = [],
        [nameof(ConsoleRole.Auditor)] = ["trail"],
        [nameof(ConsoleRole.Support)] = ["trail", "read", "support"],
        [nameof(ConsoleRole.Admin)] = ["trail", "read", "support", "admin"],
    };

    private readonly TestApp _app = shared.App;

    public static TheoryData<string, string, bool> Cases => new(
        from who in Rights
        from right in Operations
        from operation in right.Value
        select (who.Key, operation, who.Value.Contains(right.Key)));

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task May(string who, string operation, bool may)
    {
        var account = await _app.AddAccountAsync(shape: row => (row.EmailConfirmed, row.TwoFactorEnabled) = (false, true));
        if (operation.EndsWith("/unlock", StringComparison.Ordinal))
            await _app.WriteAsync(
                account.Id, columns => columns.SetProperty(row => row.LockoutEnd, _app.Clock.GetUtcNow().AddMinutes(5)));
        var (method, path) = (operation.Split(' ')[0], operation.Split(' ')[1].Replace("{id}", account.Id, StringComparison.Ordinal));
        var body = method == "POST" ? """{"reason":"ticket 4711"}""" : null;

        var answer = await AskAsync(who, new HttpMethod(method), path, body);

        if (may)
            Assert.True(answer.Status == HttpStatusCode.OK, answer.Body);
        else if (who is Nobody or Cookie)
            answer.IsProblem("unauthenticated", HttpStatusCode.Unauthorized);
        else
            answer.IsProblem(who == nameof(ConsoleRole.Support) ? "act-refused" : "insufficient-scope", HttpStatusCode.Forbidden);
        Assert.Equal(may && method == "POST", (await _app.TrailAsync(account.Id)).Any(line => line.Kind != RecoveryEventKind.ActRefused));
        Assert.Equal(
            answer.Status switch
            {
                HttpStatusCode.Unauthorized => "Bearer",
                HttpStatusCode.Forbidden when who == nameof(ConsoleRole.Auditor) => "Bearer error=\"insufficient_scope\", scope=",
                _ => null,
            },
            answer.Headers.GetValueOrDefault("WWW-Authenticate")?.Split("\"recovery")[0]);
    }

    public static TheoryData<string, string, bool> CampaignCases => new(
        from who in Rights.Keys
        from operation in Campaigns
        select (who, operation, who == nameof(ConsoleRole.Admin)));

    // Whoever may gets an answer of the operation's own: there is no such campaign.
    [Theory]
    [MemberData(nameof(CampaignCases))]
    public async Task May_steer_campaigns(string who, string operation, bool may)
    {
        var method = operation.Split(' ')[0];
        var path = operation.Split(' ')[1].Replace("{id:guid}", $"{Guid.NewGuid()}", StringComparison.Ordinal);
        var body = method == "GET" ? null
            : path.EndsWith("/start", StringComparison.Ordinal) ? """{"reason":"x","accounts":1}"""
            : path.EndsWith("/campaigns", StringComparison.Ordinal) ? """{"requiresReset":false,"accounts":["nobody"]}"""
            : """{"reason":"x"}""";

        var answer = await AskAsync(who, new HttpMethod(method), path, body);

        if (may && operation == Campaigns[0])
            answer.Json();
        else if (may && operation == Campaigns[2])
            answer.IsProblem("campaign-impossible", HttpStatusCode.Conflict);
        else if (may)
            answer.IsProblem("no-such-campaign", HttpStatusCode.NotFound);
        else if (who is Nobody or Cookie)
            answer.IsProblem("unauthenticated", HttpStatusCode.Unauthorized);
        else
            answer.IsProblem("insufficient-scope", HttpStatusCode.Forbidden);
    }

    [Fact]
    public void No_operation_is_missing_here()
    {
        var mapped = _app.Services.GetServices<EndpointDataSource>().SelectMany(source => source.Endpoints).OfType<RouteEndpoint>()
            .Where(endpoint => endpoint.RoutePattern.RawText!.StartsWith("/api", StringComparison.Ordinal))
            .SelectMany(endpoint => endpoint.Metadata.GetMetadata<HttpMethodMetadata>()!.HttpMethods
                .Select(method => $"{method} {endpoint.RoutePattern.RawText}"));

        Assert.Equal(
            Operations.Values.SelectMany(list => list).Concat(Campaigns).Order(StringComparer.Ordinal),
            mapped.Order(StringComparer.Ordinal));
    }

    private async Task<Answer> AskAsync(string who, HttpMethod method, string path, string? body)
    {
        if (Enum.TryParse<ConsoleRole>(who, out var role))
        {
            using var program = await _app.ProgramAsync(role);
            return await program.SendAsync(method, path, body, Guid.NewGuid().ToString());
        }

        using var visitor = _app.Open();
        if (who == Cookie)
        {
            var admin = (await _app.AddAdminAsync(ConsoleRole.Admin)).Account;
            (await visitor.SignInAsync(admin.Email!, Passwords.Old)).LeadsTo("/account");
            Assert.Equal(HttpStatusCode.OK, (await visitor.GetAsync("/admin/trail")).Status);
        }

        using var request = new HttpRequestMessage(method, path) { Headers = { { "Idempotency-Key", "mine" } } };
        if (body is not null)
            request.Content = new StringContent(body, System.Text.Encoding.UTF8, "application/json");
        return await visitor.SendAsync(request);
    }
}
