using System.Globalization;
using OneTimeJwt.Web.Tests.Admin;

namespace OneTimeJwt.Web.Tests.Site;

/// <summary>Who counts as one client.</summary>
public sealed class ClientLimitTests
{
    private const int Office = 300;
    private const string Known = "127.0.0.0/8";
    private const string KnownToo = "::1";

    [Fact]
    public async Task An_office_behind_one_address_fits_the_default_limit_and_is_told_when_to_come_back_beyond_it()
    {
        await using var app = await TestApp.StartAsync();
        using var visitor = app.Open();
        var form = await visitor.GetAsync("/forgot-password");

        var answers = new List<Answer>();
        for (var i = 0; i < Office; i++)
            answers.Add(await visitor.SubmitAsync(form, ("email", $"colleague-{i}@example.com")));
        var beyond = await visitor.SubmitAsync(form, ("email", "one-too-many@example.com"));

        Assert.All(answers, answer => Assert.Equal(HttpStatusCode.SeeOther, answer.Status));
        Assert.Equal(HttpStatusCode.TooManyRequests, beyond.Status);
        Assert.InRange(int.Parse(beyond.Headers["Retry-After"], CultureInfo.InvariantCulture), 1, 600);
        Assert.Contains("Nothing of yours is locked", beyond.Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_a_known_proxy_a_forwarded_address_makes_no_new_client()
    {
        await using var app = await TestApp.StartAsync(new() { ["RateLimits:PerClient:Permits"] = "2" });
        Assert.Equal([true, true, false], await TryAsync(app, "192.0.2.1", "192.0.2.2", "192.0.2.3"));
    }

    [Fact]
    public async Task From_a_known_proxy_the_last_address_counts_and_IPv6_by_its_64_bits()
    {
        await using var app = await TestApp.StartAsync(new()
        {
            ["RateLimits:PerClient:Permits"] = "1",
            ["Security:KnownProxies:0"] = Known,
            ["Security:KnownProxies:1"] = KnownToo,
        });
        Assert.Equal([true, true, false], await TryAsync(app, "192.0.2.1", "192.0.2.2", "192.0.2.2"));
        // What the client itself wrote stands to the left of what the proxy saw.
        Assert.Equal([true, false], await TryAsync(app, "198.51.100.1, 192.0.2.3", "198.51.100.2, 192.0.2.3"));
        Assert.Equal([true, false, true], await TryAsync(app, "2001:db8:0:1::1", "2001:db8:0:1:ffff::2", "2001:db8:0:2::1"));
        Assert.Equal([true, false], await TryAsync(app, "192.0.2.4", "::ffff:192.0.2.4"));
    }

    private static async Task<List<bool>> TryAsync(TestApp app, params string[] forwardedFor)
    {
        using var visitor = app.Open();
        var antiforgery = AnswerMask.Antiforgery((await visitor.GetAsync("/forgot-password")).Body);
        var taken = new List<bool>();
        foreach (var addresses in forwardedFor)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, "/forgot-password")
            {
                Content = new FormUrlEncodedContent([new("__RequestVerificationToken", antiforgery), new("email", "nobody@example.com")]),
            };
            request.Headers.Add("X-Forwarded-For", addresses);
            taken.Add((await visitor.SendAsync(request)).Status == HttpStatusCode.SeeOther);
        }

        return taken;
    }
}
