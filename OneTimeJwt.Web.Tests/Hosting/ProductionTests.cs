using System.Text;
using OneTimeJwt.Web.Tests.Admin;

namespace OneTimeJwt.Web.Tests.Hosting;

/// <summary>The app as operators run it: behind a proxy that speaks https to the world and http to us.</summary>
public sealed class ProductionTests(ProductionTests.Proxied shared) : IClassFixture<ProductionTests.Proxied>
{
    private const string Public = "https://accounts.example.com";

    private readonly TestApp _app = shared.App;

    [Theory]
    [InlineData("/", 200)]
    [InlineData("/forgot-password", 200)]
    [InlineData("/reset-password?token=x", 400)]
    [InlineData("/sign-in", 200)]
    [InlineData("/nowhere", 404)]
    [InlineData("/dev/inbox", 404)]
    [InlineData("/app.css", 200)]
    public async Task Every_answer_over_https_is_hardened_error_pages_too(string path, int status)
    {
        var answer = await AskAsync(HttpMethod.Get, path);

        Assert.Equal(status, (int)answer.Status);
        Assert.Equal("max-age=31536000; includeSubDomains", answer.Headers["Strict-Transport-Security"]);
        AssertHardened(answer);
    }

    [Theory]
    [InlineData("/forgot-password", "application/json", 415)]
    [InlineData("/sign-in", "application/x-www-form-urlencoded", 400)]
    [InlineData("/", "application/x-www-form-urlencoded", 405)]
    public async Task A_refused_form_is_hardened_too(string path, string type, int status)
    {
        var answer = await AskAsync(HttpMethod.Post, path, new StringContent("a=b", Encoding.UTF8, type));

        Assert.Equal(status, (int)answer.Status);
        AssertHardened(answer);
    }

    [Fact]
    public async Task Cookies_are_kept_from_scripts_other_sites_and_plain_http()
    {
        var page = await AskAsync(HttpMethod.Get, "/forgot-password");
        Assert.Matches("^__Host-antiforgery=[^;]+; path=/; secure; samesite=lax; httponly$", page.Headers["Set-Cookie"]);

        var account = await _app.AddAccountAsync();
        var form = await AskAsync(HttpMethod.Get, "/sign-in");
        var entered = await AskAsync(
            HttpMethod.Post,
            "/sign-in",
            new FormUrlEncodedContent([
                new("__RequestVerificationToken", AnswerMask.Antiforgery(form.Body)),
                new("email", account.Email!),
                new("password", Passwords.Old),
            ]),
            form.Headers["Set-Cookie"].Split(';')[0]);
        Assert.Equal(HttpStatusCode.SeeOther, entered.Status);
        Assert.Matches("__Host-application=[^;]+; path=/; secure; samesite=lax; httponly", entered.Headers["Set-Cookie"]);
    }

    [Fact]
    public async Task Plain_http_moves_pages_to_the_public_origin_with_their_link_and_refuses_forms()
    {
        using var visitor = _app.Open();
        var moved = await visitor.GetAsync("/reset-password?token=a.b.c&x=1");
        Assert.Equal((HttpStatusCode.TemporaryRedirect, $"{Public}/reset-password?x=1&token=a.b.c"), (moved.Status, moved.Location));

        var refused = await visitor.PostAsync("/forgot-password", ("email", "ada@example.com"));
        Assert.Equal(HttpStatusCode.BadRequest, refused.Status);
        Assert.Contains("<main", refused.Body, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, (await visitor.GetAsync("/health/live")).Status);
        Assert.Equal(HttpStatusCode.OK, (await visitor.GetAsync("/health/ready")).Status);
    }

    [Fact]
    public async Task Forwarded_headers_of_strangers_count_for_nothing()
    {
        await using var app = await TestApp.StartAsync(new(Settings()) { ["Security:KnownProxies:0"] = "192.0.2.1" });
        using var visitor = app.Open();
        using var request = new HttpRequestMessage(HttpMethod.Get, "/sign-in");
        request.Headers.Add("X-Forwarded-Proto", "https");
        request.Headers.Add("X-Forwarded-For", "203.0.113.9");

        Assert.Equal(HttpStatusCode.TemporaryRedirect, (await visitor.SendAsync(request)).Status);
    }

    private static void AssertHardened(Answer answer)
    {
        Assert.Equal("same-origin", answer.Headers["Cross-Origin-Opener-Policy"]);
        Assert.Equal("same-origin", answer.Headers["Cross-Origin-Resource-Policy"]);
        Assert.Equal("nosniff", answer.Headers["X-Content-Type-Options"]);
        Assert.Equal("no-referrer", answer.Headers["Referrer-Policy"]);
        Assert.Contains("camera=()", answer.Headers["Permissions-Policy"], StringComparison.Ordinal);
        var policy = answer.Headers["Content-Security-Policy"];
        Assert.All(
            ["default-src 'none'", "frame-ancestors 'none'", "form-action 'self'", "base-uri 'self'"],
            part => Assert.Contains(part, policy, StringComparison.Ordinal));
        Assert.DoesNotContain("unsafe", policy, StringComparison.Ordinal);
        Assert.DoesNotContain("Server", answer.Headers.Keys);
    }

    private async Task<Answer> AskAsync(HttpMethod method, string path, HttpContent? content = null, string? cookie = null)
    {
        using var visitor = _app.Open();
        using var request = new HttpRequestMessage(method, path) { Content = content };
        request.Headers.Add("X-Forwarded-Proto", "https");
        if (cookie is not null)
            request.Headers.Add("Cookie", cookie);
        return await visitor.SendAsync(request);
    }

    private static Dictionary<string, string?> Settings() => new()
    {
        ["environment"] = "Production",
        ["Recovery:PublicOrigin"] = Public,
        ["Database:MigrateOnStart"] = "true",
        ["Mail:Transport"] = "Smtp",
        ["Mail:From"] = "no-reply@example.com",
        ["Mail:Smtp:Host"] = "localhost",
        ["Security:KnownProxies:0"] = "127.0.0.0/8",
        ["Security:KnownProxies:1"] = "::1",
    };

    public sealed class Proxied : IAsyncLifetime
    {
        public TestApp App { get; private set; } = null!;

        public async ValueTask InitializeAsync() => App = await TestApp.StartAsync(Settings());

        public ValueTask DisposeAsync() => App.DisposeAsync();
    }
}
