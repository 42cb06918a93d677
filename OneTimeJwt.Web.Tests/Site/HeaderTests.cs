using System.Net.WebSockets;
using OneTimeJwt.Web.Admin;
using OneTimeJwt.Web.Tests.Admin;

namespace OneTimeJwt.Web.Tests.Site;

public sealed class HeaderTests(SharedApp shared) : IClassFixture<SharedApp>
{
    private readonly TestApp _app = shared.App;

    [Theory]
    [InlineData("/")]
    [InlineData("/how-it-works")]
    [InlineData("/forgot-password")]
    [InlineData("/forgot-password/sent")]
    [InlineData("/reset-password?token=x")]
    [InlineData("/reset-password/done")]
    [InlineData("/sign-in")]
    [InlineData("/nowhere")]
    [InlineData("/dev/inbox")]
    public async Task Every_page_carries_the_headers_that_keep_links_private(string path)
    {
        using var visitor = _app.Open();
        var answer = await visitor.GetAsync(path);
        var csp = answer.Headers["Content-Security-Policy"];

        Assert.Equal("no-referrer", answer.Headers["Referrer-Policy"]);
        Assert.Equal("nosniff", answer.Headers["X-Content-Type-Options"]);
        Assert.Contains("'nonce-", csp, StringComparison.Ordinal);
        Assert.DoesNotContain("unsafe", csp, StringComparison.Ordinal);
        Assert.DoesNotContain("Server", answer.Headers.Keys);
        Assert.Equal(
            path is "/" or "/how-it-works" or "/nowhere",
            !answer.Headers.TryGetValue("Cache-Control", out var cache) || cache != "no-store");
        Assert.DoesNotContain("style=\"", answer.Body, StringComparison.Ordinal);
        Assert.True(answer.Body.Length < (path == "/how-it-works" ? 12_000 : 8_000), $"{path} has {answer.Body.Length} characters.");
        Assert.DoesNotContain("Blazor-Server-Component-State", answer.Body, StringComparison.Ordinal);

        var head = await visitor.GetAsync(path, HttpMethod.Head);
        Assert.Equal((answer.Status, ""), (head.Status, head.Body));
    }

    [Fact]
    public async Task A_circuit_is_refused_to_another_origin()
    {
        using var visitor = _app.Open();
        using var request = new HttpRequestMessage(HttpMethod.Post, "/_blazor/negotiate?negotiateVersion=1");
        request.Headers.Add("Origin", "https://evil.example");
        Assert.Equal(HttpStatusCode.Forbidden, (await visitor.SendAsync(request)).Status);
    }

    [Fact]
    public async Task A_circuit_is_refused_to_who_may_not_see_the_console()
    {
        var account = await _app.AddAccountAsync();
        using var visitor = _app.Open();
        Assert.Equal("/sign-in", (await visitor.PostAsync("/_blazor/negotiate?negotiateVersion=1")).Location?.Split('?')[0]);
        await visitor.SignInAsync(account.Email!, Passwords.Old);
        Assert.Equal(HttpStatusCode.Forbidden, (await visitor.PostAsync("/_blazor/negotiate?negotiateVersion=1")).Status);
    }

    [Fact]
    public async Task Only_so_many_circuits_are_open_at_a_time()
    {
        await using var app = await TestApp.StartAsync();
        var support = await app.AddAdminAsync(ConsoleRole.Support);
        using var visitor = app.Open();
        var cookie = (await visitor.SignInAsync(support.Account.Email!, Passwords.Old)).Headers["Set-Cookie"].Split(';')[0];

        var circuits = new List<ClientWebSocket>();
        while (circuits.Count < 500)
            circuits.AddRange(await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => ConnectAsync(app, cookie))));
        using var oneMore = await ConnectAsync(app, cookie);

        Assert.Equal((500, WebSocketState.Closed), (circuits.Count(circuit => circuit.State == WebSocketState.Open), oneMore.State));
        foreach (var circuit in circuits)
            circuit.Dispose();
    }

    [Fact]
    public async Task Too_many_forms_from_one_client_get_a_page_that_says_when_to_come_back_and_a_good_link_still_works()
    {
        await using var app = await TestApp.StartAsync(new() { ["RateLimits:PerClient:Permits"] = "6" });
        var account = await app.AddAccountAsync();
        var link = await app.LinkForAsync(account);
        using var visitor = app.Open();
        for (var i = 0; i < 5; i++)
            await visitor.AskAsync("nobody@example.com");

        var refused = await visitor.AskAsync("nobody@example.com");
        Assert.Equal(HttpStatusCode.TooManyRequests, refused.Status);
        Assert.True(int.Parse(refused.Headers["Retry-After"], System.Globalization.CultureInfo.InvariantCulture) > 0);
        Assert.Contains("Too many tries", refused.Body, StringComparison.Ordinal);
        Assert.Equal(
            HttpStatusCode.TooManyRequests,
            (await visitor.PostAsync("/reset-password", ("token", "a.b.c"), ("password", "x"))).Status);

        Assert.True((await visitor.RedeemAsync(link, Passwords.New)).PasswordChanged);
    }

    private static async Task<ClientWebSocket> ConnectAsync(TestApp app, string cookie)
    {
        var socket = new ClientWebSocket();
        socket.Options.SetRequestHeader("Cookie", cookie);
        socket.Options.SetRequestHeader("Origin", app.Origin);
        try
        {
            await socket.ConnectAsync(
                new Uri($"{app.Origin.Replace("http:", "ws:", StringComparison.Ordinal)}/_blazor"),
                TestContext.Current.CancellationToken);
            // A connection that never says what it speaks is closed after a while.
            await socket.SendAsync(
                "{\"protocol\":\"blazorpack\",\"version\":1}\u001e"u8.ToArray(),
                WebSocketMessageType.Text,
                endOfMessage: true,
                TestContext.Current.CancellationToken);
        }
        catch (WebSocketException)
        {
            // Its state says so.
        }

        return socket;
    }
}
