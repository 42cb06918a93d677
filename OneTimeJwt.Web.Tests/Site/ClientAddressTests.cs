using OneTimeJwt.E2E.Infrastructure;
using OneTimeJwt.Web.Site;
using OneTimeJwt.Web.Tests.Admin;
using OneTimeJwt.Web.Tests.Hosting;

namespace OneTimeJwt.Web.Tests.Site;

/// <summary>What counts as a client's address, and in which form.</summary>
public sealed class ClientAddressTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("ott-").FullName;

    [Theory]
    [InlineData("ASPNETCORE_FORWARDEDHEADERS_ENABLED", "true")]
    [InlineData("DOTNET_FORWARDEDHEADERS_ENABLED", "True")]
    [InlineData("ForwardedHeaders_Enabled", "TRUE")]
    public async Task Trust_in_every_client_is_refused_at_start_with_the_way_out(string key, string value)
    {
        var (code, said) = await Executable.RunAsync(_folder, new() { [key] = value });

        Assert.Equal(1, code);
        var told = Assert.Single(said.Split('\n'), line => line.Contains("FORWARDEDHEADERS_ENABLED", StringComparison.Ordinal));
        Assert.Contains("set Security:KnownProxies", told, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Where_proxies_are_known_the_hosts_own_switch_lets_nobody_else_invent_an_address()
    {
        await using var app = await TestApp.StartAsync(
            new() { ["ForwardedHeaders_Enabled"] = "true", ["Security:KnownProxies:0"] = "192.0.2.1" });

        Assert.True(await AskAsync(app, app.Origin, "203.0.113.9") is "127.0.0.1" or "::1");
    }

    [Theory]
    [InlineData("10.0.0.5", "10.0.0.5/32")]
    [InlineData("10.0.0.0/8", "10.0.0.0/8")]
    [InlineData("::ffff:10.0.0.5", "10.0.0.5/32")]
    [InlineData("::ffff:10.0.0.0/104", "10.0.0.0/8")]
    [InlineData("::ffff:0:0/96", "0.0.0.0/0")]
    [InlineData("2001:db8::1", "2001:db8::1/128")]
    [InlineData("2001:db8::/32", "2001:db8::/32")]
    [InlineData("::/0", "::/0")]
    public void A_range_has_one_form(string written, string range)
    {
        Assert.True(PlainAddresses.TryParseRange(written, out var read));
        Assert.Equal(range, read.ToString());
    }

    [Theory]
    [InlineData("127.0.0.0/8")]
    [InlineData("::ffff:127.0.0.1")]
    [InlineData("::ffff:127.0.0.0/104")]
    public async Task An_IPv4_client_of_a_socket_for_both_protocols_is_one_of_IPv4(string network)
    {
        var (at, settings) = Both();
        await using var app = await TestApp.StartAsync(new(settings) { ["Security:HealthNetworks:0"] = network });
        Assert.Equal("127.0.0.1", await AskAsync(app, at));
        using var visitor = new Visitor(at);
        Assert.Contains("\"checks\"", (await visitor.GetAsync("/health/ready")).Body, StringComparison.Ordinal);

        (at, settings) = Both();
        await using var proxied = await TestApp.StartAsync(new(settings) { ["Security:KnownProxies:0"] = network });
        Assert.Equal("203.0.113.9", await AskAsync(proxied, at, "203.0.113.9"));
        Assert.Equal("203.0.113.7", await AskAsync(proxied, at, "::ffff:203.0.113.7"));
        Assert.Equal("2001:db8::1", await AskAsync(proxied, at, "2001:db8::1"));
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static (string At, Dictionary<string, string?> Settings) Both()
    {
        var port = LocalPort.Free();
        return ($"http://127.0.0.1:{port}", new() { ["urls"] = $"http://[::]:{port}" });
    }

    /// <returns>The address that the trail has for who asked last.</returns>
    private static async Task<string?> AskAsync(TestApp app, string at, string? forwardedFor = null)
    {
        var before = (await app.TrailAsync()).Count;
        using var visitor = new Visitor(at);
        var form = await visitor.GetAsync("/forgot-password");
        using var request = new HttpRequestMessage(HttpMethod.Post, "/forgot-password")
        {
            Content = new FormUrlEncodedContent([
                new("__RequestVerificationToken", AnswerMask.Antiforgery(form.Body)),
                new("email", "nobody@example.com"),
            ]),
        };
        if (forwardedFor is not null)
            request.Headers.Add("X-Forwarded-For", forwardedFor);
        (await visitor.SendAsync(request)).LeadsTo("/forgot-password/sent");
        return (await Eventually.Async(() => app.TrailAsync(), trail => trail.Count > before))[^1].Client;
    }
}
