using System.Text;
using System.Text.RegularExpressions;
using OneTimeJwt.Web.Admin;
using OneTimeJwt.Web.Api;

namespace OneTimeJwt.Web.Tests.Api;

/// <summary>Whatever is wrong is told as RFC 9457 says, with a type that stays as it is.</summary>
public sealed partial class ApiProblemsTests(ApiApp shared) : IClassFixture<ApiApp>
{
    private const string Accounts = "/api/v1/accounts";
    private const string Json = "application/json";

    private readonly TestApp _app = shared.App;

    public static TheoryData<string, string, string?, string, string, int> Wrong => new()
    {
        { "GET", "/api", null, "", "not-found", 404 },
        { "GET", "/api/v1/nothing", null, "", "not-found", 404 },
        { "GET", "/api/v2/accounts", null, "", "not-found", 404 },
        { "GET", $"{Accounts}/nobody", null, "", "no-such-account", 404 },
        { "GET", $"{Accounts}/a%2Fb", null, "", "no-such-account", 404 },
        { "DELETE", Accounts, null, "", "method-not-allowed", 405 },
        { "PUT", $"{Accounts}/x/lock", null, "", "method-not-allowed", 405 },
        { "GET", $"{Accounts}?query={new string('x', 257)}", null, "", "bad-request", 400 },
        { "GET", $"{Accounts}?limit=0", null, "", "bad-request", 400 },
        { "GET", $"{Accounts}?limit=many", null, "", "bad-request", 400 },
        { "GET", $"{Accounts}?limit=99999999999", null, "", "bad-request", 400 },
        { "GET", $"{Accounts}?filter=rich", null, "", "bad-request", 400 },
        { "GET", $"{Accounts}?querry=x", null, "", "bad-request", 400 },
        { "GET", $"{Accounts}?query=x&query=y", null, "", "bad-request", 400 },
        { "GET", $"{Accounts}?cursor=x", null, "", "bad-cursor", 400 },
        { "GET", "/api/v1/trail?cursor=x", null, "", "bad-cursor", 400 },
        { "GET", "/api/v1/trail?kind=banana", null, "", "bad-request", 400 },
        { "GET", "/api/v1/trail?kind=3", null, "", "bad-request", 400 },
        { "GET", "/api/v1/trail?from=soon", null, "", "bad-request", 400 },
        { "GET", "/api/v1/trail?campaign=x", null, "", "bad-request", 400 },
        { "POST", $"{Accounts}/x/lock", null, "", "bad-request", 400 },
        { "POST", $"{Accounts}/x/lock", "text/plain", "{}", "unsupported-media-type", 415 },
        { "POST", $"{Accounts}/x/lock", "application/x-www-form-urlencoded", "reason=x", "unsupported-media-type", 415 },
        { "POST", $"{Accounts}/x/lock", Json, "", "bad-request", 400 },
        { "POST", $"{Accounts}/x/lock", Json, "{", "bad-request", 400 },
        { "POST", $"{Accounts}/x/lock", Json, "null", "bad-request", 400 },
        { "POST", $"{Accounts}/x/lock", Json, "{}", "bad-request", 400 },
        { "POST", $"{Accounts}/x/lock", Json, """{"reason":null}""", "bad-request", 400 },
        { "POST", $"{Accounts}/x/lock", Json, """{"reason":7}""", "bad-request", 400 },
        { "POST", $"{Accounts}/x/lock", Json, """{"Reason":"x"}""", "bad-request", 400 },
        { "POST", $"{Accounts}/x/lock", Json, """{"reason":"x","force":true}""", "bad-request", 400 },
        { "POST", $"{Accounts}/x/lock", Json, """{"reason":"x","reason":"y"}""", "bad-request", 400 },
        { "POST", $"{Accounts}/x/lock", Json, """{"reason":"\ud800"}""", "bad-request", 400 },
        { "POST", $"{Accounts}/x/lock", Json, """{"reason":"  "}""", "bad-reason", 400 },
        { "POST", $"{Accounts}/x/lock", Json, $$"""{"reason":"{{new string('x', 501)}}"}""", "bad-reason", 400 },
        { "POST", $"{Accounts}/x/lock", Json, $$"""{"reason":"{{new string('x', 20_000)}}"}""", "too-large", 413 },
        { "POST", $"{Accounts}/x/lock", Json, """{"reason":"x"}""", "no-such-account", 404 },
    };

    [Theory]
    [MemberData(nameof(Wrong))]
    public async Task What_is_wrong_has_its_type(string method, string path, string? type, string body, string name, int status)
    {
        using var robot = await _app.ProgramAsync(ConsoleRole.Admin);
        using var visitor = _app.Open();
        using var request = new HttpRequestMessage(new HttpMethod(method), path)
        {
            Headers = { { "Authorization", $"Bearer {robot.Key}" }, { "Idempotency-Key", "one" } },
        };
        if (type is not null)
            request.Content = new StringContent(body, Encoding.UTF8, type);

        var problem = (await visitor.SendAsync(request)).IsProblem(name, (HttpStatusCode)status);

        Assert.Equal(ApiProblems.All.Single(known => known.Name == name).Title, problem["title"]!.GetValue<string>());
        Assert.DoesNotMatch("System|Exception|OneTimeJwt|Nullable", problem.ToJsonString());
    }

    [Theory]
    [InlineData("Basic", "b3RqOm90ag==")]
    [InlineData("Bearer", "otj_0000000000000000000000000000000000000000000000000000000000000000")]
    [InlineData("Bearer", "otj_")]
    [InlineData("Bearer", "eyJhbGciOiJub25lIn0.e30.")]
    [InlineData("Bearer", "")]
    public async Task Who_proves_nothing_is_told_alike(string scheme, string proof)
    {
        using var visitor = _app.Open();
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/v1/trail");
        request.Headers.TryAddWithoutValidation("Authorization", $"{scheme} {proof}");

        var answer = await visitor.SendAsync(request);

        answer.IsProblem("unauthenticated", HttpStatusCode.Unauthorized);
        Assert.StartsWith("Bearer", answer.Headers["WWW-Authenticate"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_field_that_cant_be_read_is_named()
    {
        using var robot = await _app.ProgramAsync(ConsoleRole.Admin);

        var body = await robot.SendAsync(HttpMethod.Post, $"{Accounts}/x/lock", """{"reason":7}""", "one");
        var query = await robot.GetAsync($"{Accounts}?limit=many");

        Assert.Equal(
            ("The body can't be read at $.reason.", "The parameter limit is missing or can't be read."),
            (
                body.IsProblem("bad-request", HttpStatusCode.BadRequest)["detail"]!.GetValue<string>(),
                query.IsProblem("bad-request", HttpStatusCode.BadRequest)["detail"]!.GetValue<string>()));
    }

    [Fact]
    public async Task A_database_that_is_away_is_told_with_when_to_come_back()
    {
        await using var app = await TestApp.StartAsync(ApiApp.On, provider: DatabaseProvider.Sqlite);
        using var robot = await app.ProgramAsync(ConsoleRole.Admin);
        await HostWrites.SqlAsync(app, "ALTER TABLE RecoveryApiKeys RENAME TO Gone");

        var answer = await robot.GetAsync("/api/v1/trail");

        Assert.True(answer.Status >= HttpStatusCode.InternalServerError);
        Assert.Equal("application/problem+json", answer.Headers["Content-Type"].Split(';')[0]);
        Assert.DoesNotContain("SQLite", answer.Body, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task In_clear_text_nothing_is_answered()
    {
        await using var app = await TestApp.StartAsync(new(ApiApp.On) { ["Security:RequireHttps"] = "true" });
        using var robot = await app.ProgramAsync(ConsoleRole.Admin);

        (await robot.GetAsync("/api/v1/trail")).IsProblem("bad-request", HttpStatusCode.BadRequest);
    }

    [Fact]
    public void The_document_has_the_same_table()
    {
        var text = File.ReadAllText(Path.Combine(Repository.Root, "docs", "API.md"));

        Assert.Equal(
            ApiProblems.All.Select(type => (type.Name, $"{type.Status}", type.Title)),
            Row().Matches(text).Select(row => (row.Groups[1].Value, row.Groups[2].Value, row.Groups[3].Value)));
    }

    [GeneratedRegex(@"^\| `([a-z-]+)` \| (\d{3}) \| ([^|]+) \|\r?$", RegexOptions.Multiline)]
    private static partial Regex Row();
}
