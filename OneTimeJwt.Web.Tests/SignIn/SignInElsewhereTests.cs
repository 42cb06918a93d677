using Microsoft.AspNetCore.Routing;

namespace OneTimeJwt.Web.Tests.SignIn;

/// <summary>Where people sign in on the operator's own page. Chromium holds every redirect of a form against form-action.</summary>
public sealed class SignInElsewhereTests
{
    private const string Elsewhere = "https://login.example.com/start";

    [Theory]
    [InlineData("/recover")]
    [InlineData("")]
    public async Task No_form_is_redirected_off_the_site_and_a_page_leads_on_by_itself(string path)
    {
        await using var app = await TestApp.StartAsync(new() { ["Accounts:SignInUrl"] = Elsewhere });
        await using var under = await TestApp.StartAsync(new() { ["Recovery:PublicOrigin"] = $"http://localhost{path}" }, beside: app);
        using var visitor = under.Open();
        var leadsOn = 0;
        foreach (var form in Forms(under))
        {
            var answer = await visitor.PostAsync(form);
            for (var hops = 0; answer.Location is { } location; hops++)
            {
                Assert.True(location.StartsWith($"{path}/", StringComparison.Ordinal) && hops < 5, $"{form} leads to {location}");
                answer = await visitor.GetAsync(location);
            }

            Assert.Contains("form-action 'self';", answer.Headers["Content-Security-Policy"], StringComparison.Ordinal);
            if (!answer.Headers.TryGetValue("Refresh", out var refresh))
                continue;
            leadsOn++;
            Assert.Equal((HttpStatusCode.OK, $"0; url={path}/sign-in"), (answer.Status, refresh));
            Assert.Contains($"href=\"{path}/sign-in\"", answer.Body, StringComparison.Ordinal);
        }

        // All but those that nobody has to be signed in for, and the console's, which is signed in to here.
        Assert.Equal(14, leadsOn);
        (await visitor.GetAsync($"{path}/sign-in")).LeadsTo(Elsewhere);
    }

    [Fact]
    public async Task Who_signs_out_is_led_on_too()
    {
        await using var app = await TestApp.StartAsync(new() { ["Accounts:SignInUrl"] = Elsewhere });
        var account = await app.AddAccountAsync();
        using var visitor = app.Open();
        var form = await visitor.GetAsync("/sign-in?returnUrl=/admin/trail");
        (await visitor.SubmitAsync(form, ("email", account.Email!), ("password", Passwords.Old))).LeadsTo("/admin/trail");

        var signedOut = await visitor.SubmitAsync(await visitor.GetAsync("/account"));
        signedOut.LeadsTo("/sign-in?from-form=");
        Assert.Equal("0; url=/sign-in", (await visitor.GetAsync(signedOut.Location!)).Headers["Refresh"]);
        Assert.Equal("/sign-in?returnUrl=%2Faccount", (await visitor.GetAsync("/account")).Location);
    }

    [Fact]
    public async Task Where_people_sign_in_here_nothing_comes_in_between()
    {
        await using var app = await TestApp.StartAsync();
        using var visitor = app.Open();

        (await visitor.PostAsync("/sign-out")).LeadsTo("/sign-in");
        (await visitor.PostAsync("/account")).LeadsTo("/sign-in?returnUrl=%2Faccount");
        Assert.DoesNotContain("Refresh", (await visitor.GetAsync("/sign-in?from-form=")).Headers.Keys);
    }

    private static IEnumerable<string> Forms(TestApp app) =>
        app.Services.GetServices<EndpointDataSource>().SelectMany(source => source.Endpoints).OfType<RouteEndpoint>()
            .Where(endpoint => endpoint.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods.Contains("POST") == true)
            .Select(endpoint => endpoint.RoutePattern.RawText!.Replace("{id}", "00", StringComparison.Ordinal))
            .Where(form => !form.StartsWith("/_", StringComparison.Ordinal));
}
