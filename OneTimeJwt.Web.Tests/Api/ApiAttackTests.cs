using System.Diagnostics.CodeAnalysis;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using Microsoft.AspNetCore.DataProtection;
using OneTimeJwt.Web.Admin;
using OneTimeJwt.Web.Campaigns;

namespace OneTimeJwt.Web.Tests.Api;

/// <summary>What somebody tries who has no key, or a lesser one.</summary>
public sealed class ApiAttackTests(ApiApp shared) : IClassFixture<ApiApp>
{
    private const string Trail = "/api/v1/trail";

    private readonly TestApp _app = shared.App;

    /// <summary>Each way to send a key, and whether it is one (RFC 6750, section 2.1).</summary>
    public static TheoryData<string, string, bool> Proofs => new()
    {
        { "Authorization", "Bearer {key}", true },
        { "Authorization", "bearer {key}", true },
        { "Authorization", "Bearer  {key} ", true },
        { "Authorization", "Bearer {key} {key}", false },
        { "Authorization", "Bearer {key}, Bearer {key}", false },
        { "Authorization", "Bearer{key}", false },
        { "Authorization", "Bearer\t{key}", false },
        { "Authorization", "Bearer {KEY}", false },
        { "Authorization", "{key}", false },
        { "Authorization", "Token {key}", false },
        { "Authorization", "Basic {basic}", false },
        { "Proxy-Authorization", "Bearer {key}", false },
        { "X-Api-Key", "{key}", false },
        { "Cookie", "Authorization={key}; provider={key}; application={key}", false },
        { "X-Original-URL", "/api/v1/trail?access_token={key}", false },
    };

    [Theory]
    [MemberData(nameof(Proofs))]
    public async Task A_key_counts_in_its_header_and_nowhere_else(string header, string form, bool counts)
    {
        using var desk = await _app.ProgramAsync(ConsoleRole.Support);
        var value = form
            .Replace("{key}", desk.Key, StringComparison.Ordinal)
            .Replace("{KEY}", desk.Key.ToUpperInvariant(), StringComparison.Ordinal)
            .Replace("{basic}", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{desk.Key}:")), StringComparison.Ordinal);

        var answer = await SendAsync(HttpMethod.Get, Trail, (header, value));

        if (counts)
            answer.Json();
        else
            answer.IsProblem("unauthenticated", HttpStatusCode.Unauthorized);
        Assert.DoesNotContain(_app.Log.Lines, line => line.Contains(desk.Key[4..], StringComparison.OrdinalIgnoreCase));
    }

    [Fact]
    public async Task Of_two_proofs_none_counts()
    {
        using var desk = await _app.ProgramAsync(ConsoleRole.Support);

        Assert.StartsWith("HTTP/1.1 200 ", await AskAsync($"Bearer {desk.Key}"), StringComparison.Ordinal);
        Assert.StartsWith("HTTP/1.1 401 ", await AskAsync($"Bearer {desk.Key}", $"Bearer {desk.Key}"), StringComparison.Ordinal);
        Assert.StartsWith("HTTP/1.1 401 ", await AskAsync($"Bearer {desk.Key}", "Basic eDp5"), StringComparison.Ordinal);
        Assert.StartsWith("HTTP/1.1 401 ", await AskAsync("Basic eDp5", $"Bearer {desk.Key}"), StringComparison.Ordinal);

        // Each on a line of its own, as no client library sends them.
        async Task<string> AskAsync(params string[] proofs)
        {
            using var client = new TcpClient("localhost", new Uri(_app.Origin).Port);
            var lines = string.Concat(proofs.Select(proof => $"Authorization: {proof}\r\n"));
            var request = $"GET {Trail} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n{lines}\r\n";
            await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes(request), TestContext.Current.CancellationToken);
            using var reader = new StreamReader(client.GetStream());
            return await reader.ReadToEndAsync(TestContext.Current.CancellationToken);
        }
    }

    [Theory]
    [InlineData("127.0.0.0/8", "127.0.0.0/8", "203.0.113.9", false)]
    [InlineData("203.0.113.0/24", "192.0.2.1", "203.0.113.9", false)]
    [InlineData("203.0.113.0/24", "127.0.0.0/8", "203.0.113.9", true)]
    [InlineData("203.0.113.0/24", "127.0.0.0/8", "203.0.113.9, 198.51.100.7", false)]
    [InlineData("203.0.113.0/24", "127.0.0.0/8", "::ffff:203.0.113.9", true)]
    public async Task A_key_is_tied_to_the_address_that_the_servers_own_proxies_tell(
        string networks, string proxy, string forwarded, bool counts)
    {
        await using var app = await TestApp.StartAsync(
            new(ApiApp.On) { ["Security:KnownProxies:0"] = proxy, ["Security:KnownProxies:1"] = proxy == "192.0.2.1" ? null : "::1" });
        using var desk = await app.ProgramAsync(ConsoleRole.Support, networks: networks);
        using var visitor = app.Open();
        using var request = new HttpRequestMessage(HttpMethod.Get, Trail);
        request.Headers.Add("Authorization", $"Bearer {desk.Key}");
        request.Headers.Add("X-Forwarded-For", forwarded);
        request.Headers.Add("X-Real-IP", "203.0.113.9");
        request.Headers.Add("Forwarded", "for=203.0.113.9");

        Assert.Equal(counts ? HttpStatusCode.OK : HttpStatusCode.Unauthorized, (await visitor.SendAsync(request)).Status);
    }

    [Theory]
    [InlineData("/api/v1/trail")]
    [InlineData("/api/v1/trail/")]
    [InlineData("/API/V1/Trail")]
    [InlineData("/api/v1/./trail")]
    [InlineData("/api/v1/accounts/../trail")]
    [InlineData("/api/v1/accounts/%2e%2e/trail")]
    [InlineData("/api/v1/accounts/x")]
    [InlineData("/api/v1/accounts/x%2Flock")]
    [InlineData("/api/v1/accounts/%252e%252e%252ftrail")]
    [InlineData("/api/v1/accounts?query=x&access_token=otj_x")]
    public async Task However_the_address_is_written_a_stranger_gets_nothing(string path)
    {
        foreach (var method in new[] { HttpMethod.Get, HttpMethod.Head, HttpMethod.Post, HttpMethod.Options })
        {
            var answer = await SendAsync(
                method,
                path,
                ("Origin", "https://evil.example"),
                ("Access-Control-Request-Method", "GET"),
                ("Access-Control-Request-Headers", "authorization"),
                ("X-HTTP-Method-Override", "GET"));

            Assert.True(
                answer.Status is HttpStatusCode.Unauthorized or HttpStatusCode.NotFound or HttpStatusCode.MethodNotAllowed,
                $"{method} {path}: {(int)answer.Status}");
            Assert.DoesNotContain(answer.Headers.Keys, name => name.StartsWith("Access-Control-", StringComparison.OrdinalIgnoreCase));
            Assert.Equal("no-store", answer.Headers["Cache-Control"]);
        }
    }

    [Theory]
    [InlineData("X-HTTP-Method-Override", "POST")]
    [InlineData("X-HTTP-Method", "POST")]
    [InlineData("X-Method-Override", "POST")]
    public async Task A_header_makes_no_act_of_a_question(string header, string method)
    {
        using var robot = await _app.ProgramAsync(ConsoleRole.Admin);
        var account = await _app.AddAccountAsync();

        var answer = await SendAsync(
            HttpMethod.Get,
            $"/api/v1/accounts/{account.Id}/lock?_method=POST",
            ("Authorization", $"Bearer {robot.Key}"),
            ("Idempotency-Key", "one"),
            (header, method));

        answer.IsProblem("not-found", HttpStatusCode.NotFound);
        Assert.Empty(await _app.TrailAsync(account.Id));
    }

    /// <summary>JSON is UTF-8, however that is written (RFC 8259, section 8.1).</summary>
    [Theory]
    [InlineData("application/json", true)]
    [InlineData("application/json; charset=utf-8", true)]
    [InlineData("application/json; charset=\"UTF-8\"", true)]
    [InlineData("application/vnd.desk+json", true)]
    [InlineData("application/json; charset=utf-7", false)]
    [InlineData("application/json; charset=utf-16", false)]
    [InlineData("application/json; charset=latin1", false)]
    [InlineData("application/json; charset=nonsense", false)]
    [InlineData("application/json; charset=\"", false)]
    [InlineData("application/json, text/plain", false)]
    [InlineData("multipart/form-data; boundary=x", false)]
    [InlineData("nonsense", false)]
    [InlineData("", false)]
    public async Task A_body_in_another_encoding_is_no_fault_of_ours(string type, bool isRead)
    {
        using var robot = await _app.ProgramAsync(ConsoleRole.Admin);
        using var visitor = _app.Open();
        using var request = Post("/api/v1/accounts/nobody/lock", """{"reason":"x"}"""u8.ToArray(), robot.Key);
        request.Content!.Headers.TryAddWithoutValidation("Content-Type", type);

        var answer = await visitor.SendAsync(request);

        if (isRead)
            answer.IsProblem("no-such-account", HttpStatusCode.NotFound);
        else
            answer.IsProblem("unsupported-media-type", HttpStatusCode.UnsupportedMediaType);
    }

    public static TheoryData<string, string> Bodies => new()
    {
        { new string('[', 10_000), "bad-request" },
        { string.Concat(Enumerable.Repeat("{\"reason\":", 1_000)), "bad-request" },
        { "{\"reason\":" + string.Concat(Enumerable.Repeat("[", 200)) + string.Concat(Enumerable.Repeat("]", 200)) + "}", "bad-request" },
        { """{"reason":"x","accountId":"y"}""", "bad-request" },
        { """{"reason":"x","$type":"System.Object"}""", "bad-request" },
        { """{"reason":"x","__proto__":{}}""", "bad-request" },
        { """{"reason":"x",}""", "bad-request" },
        { """{"reason":"x"/**/}""", "bad-request" },
        { """{"reason":"x"}{"reason":"y"}""", "bad-request" },
        { """{"re\u0061son":"x","reason":"y"}""", "bad-request" },
        { "\u0000", "bad-request" },
        { """{"re\u0061son":"x"}""", "no-such-account" },
    };

    [Theory]
    [MemberData(nameof(Bodies))]
    public async Task A_body_that_is_deep_or_says_more_than_is_asked_is_refused(string body, string problem)
    {
        using var robot = await _app.ProgramAsync(ConsoleRole.Admin);

        var answer = await robot.SendAsync(HttpMethod.Post, "/api/v1/accounts/nobody/lock", body, "one");

        answer.IsProblem(problem, problem == "bad-request" ? HttpStatusCode.BadRequest : HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task A_large_list_of_a_lesser_key_is_not_read_and_an_admins_is_bounded()
    {
        using var desk = await _app.ProgramAsync(ConsoleRole.Support);
        using var robot = await _app.ProgramAsync(ConsoleRole.Admin);
        var names = string.Join(',', Enumerable.Repeat("\"a\"", CampaignActions.MaxAccounts + 1));
        var body = Encoding.UTF8.GetBytes($$"""{"requiresReset":false,"accounts":[{{names}}]}""");

        foreach (var (key, problem, status) in new[]
        {
            ("otj_x", "unauthenticated", HttpStatusCode.Unauthorized),
            (desk.Key, "insufficient-scope", HttpStatusCode.Forbidden),
            (robot.Key, "campaign-impossible", HttpStatusCode.Conflict),
        })
        {
            using var visitor = _app.Open();
            using var request = Post("/api/v1/campaigns", body, key);
            request.Content!.Headers.ContentType = new MediaTypeHeaderValue("application/json");
            (await visitor.SendAsync(request)).IsProblem(problem, status);
        }
    }

    [Theory]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("""{"Stage":"x","Key":1,"Id":null}""")]
    [InlineData("""{"Stage":99,"Key":"x","Id":"x"}""")]
    [InlineData("nonsense")]
    public async Task A_cursor_that_an_earlier_version_made_is_no_fault(string cursor)
    {
        using var desk = await _app.ProgramAsync(ConsoleRole.Support);
        var old = _app.Services.GetRequiredService<IDataProtectionProvider>()
            .CreateProtector("api cursor", nameof(AccountCursor)).Protect(cursor);

        var answer = await desk.GetAsync($"/api/v1/accounts?query=x&cursor={old}");

        Assert.True(answer.Status is HttpStatusCode.OK or HttpStatusCode.BadRequest, $"{(int)answer.Status} {answer.Body}");
    }

    [Fact]
    public async Task A_cursor_is_one_lists_and_one_deployments()
    {
        using var desk = await _app.ProgramAsync(ConsoleRole.Support);
        var mark = $"cursor-{Guid.NewGuid():N}"[..24];
        for (var i = 0; i < 3; i++)
            await _app.AddAccountAsync(shape: row => row.Email = $"{mark}{i}@example.com");
        var next = (await desk.GetAsync($"/api/v1/accounts?query={mark}&limit=1")).Json()["next"]!.GetValue<string>();
        await using var other = await TestApp.StartAsync(ApiApp.On);
        using var there = await other.ProgramAsync(ConsoleRole.Support);

        Assert.Equal(HttpStatusCode.OK, (await desk.GetAsync($"/api/v1/accounts?query={mark}&limit=1&cursor={next}")).Status);
        (await desk.GetAsync($"{Trail}?cursor={next}")).IsProblem("bad-cursor", HttpStatusCode.BadRequest);
        (await there.GetAsync($"/api/v1/accounts?cursor={next}")).IsProblem("bad-cursor", HttpStatusCode.BadRequest);
        for (var i = 0; i < next.Length; i += 7)
        {
            var changed = next[..i] + (next[i] == 'A' ? 'B' : 'A') + next[(i + 1)..];
            (await desk.GetAsync($"/api/v1/accounts?cursor={changed}")).IsProblem("bad-cursor", HttpStatusCode.BadRequest);
        }
    }

    [Theory]
    [InlineData("a\u0000b")]
    [InlineData("Ticket\r\n2026-11-30 Locked by somebody else")]
    [InlineData("\u202Eevil")]
    [InlineData("=HYPERLINK(\"https://evil.example\")")]
    [InlineData("{0} %s ${x}")]
    public async Task A_reason_is_data(string reason)
    {
        using var desk = await _app.ProgramAsync(ConsoleRole.Support);
        var account = await _app.AddAccountAsync();

        (await desk.ActAsync(account.Id, "revoke-links", reason)).Json();

        var line = Assert.Single(await _app.TrailAsync(account.Id));
        Assert.Equal(reason.Replace('\0', '\uFFFD'), line.Reason!.Replace('\0', '\uFFFD'));
        Assert.DoesNotContain(_app.Log.Lines, logged => logged.Contains("Locked by somebody else", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(255, true)]
    [InlineData(256, false)]
    public async Task An_idempotency_key_has_a_bound(int length, bool isTaken)
    {
        using var desk = await _app.ProgramAsync(ConsoleRole.Support);
        var account = await _app.AddAccountAsync();

        var answer = await desk.ActAsync(account.Id, "revoke-links", once: new string('k', length));

        Assert.Equal(isTaken ? HttpStatusCode.OK : HttpStatusCode.BadRequest, answer.Status);
        Assert.Equal(isTaken ? 1 : 0, (await _app.TrailAsync(account.Id)).Count);
    }

    // Whoever is refused learns nothing of the account: the same words, whether it is there or not.
    [Fact]
    public async Task Who_may_read_nothing_learns_not_even_who_is_there()
    {
        using var auditor = await _app.ProgramAsync(ConsoleRole.Auditor);
        var account = await _app.AddAccountAsync();
        string[] paths = ["", "/lock", "/send-link"];

        foreach (var path in paths)
        {
            async Task<string> AskAsync(string id)
            {
                var answer = path.Length == 0 ? await auditor.GetAsync($"/api/v1/accounts/{id}") : await auditor.ActAsync(id, path[1..]);
                answer.IsProblem("insufficient-scope", HttpStatusCode.Forbidden);
                return answer.Body;
            }

            Assert.Equal(await AskAsync("nobody"), await AskAsync(account.Id));
        }

        Assert.Empty(await _app.TrailAsync(account.Id));
    }

    private async Task<Answer> SendAsync(HttpMethod method, string path, params (string Name, string Value)[] headers)
    {
        using var visitor = _app.Open();
        using var request = new HttpRequestMessage(method, path);
        foreach (var (name, value) in headers)
            request.Headers.TryAddWithoutValidation(name, value);
        return await visitor.SendAsync(request);
    }

    [SuppressMessage("Reliability", "CA2000", Justification = "The request disposes of its content.")]
    private static HttpRequestMessage Post(string path, byte[] body, string key) => new(HttpMethod.Post, path)
    {
        Headers = { { "Authorization", $"Bearer {key}" }, { "Idempotency-Key", Guid.NewGuid().ToString() } },
        Content = new ByteArrayContent(body),
    };
}
