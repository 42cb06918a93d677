using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Routing;
using OneTimeJwt.Web.Admin;
using OneTimeJwt.Web.Links;
using OneTimeJwt.Web.Site;
using OneTimeJwt.Web.Tests.Admin;

namespace OneTimeJwt.Web.Tests.Site;

/// <summary>The app under a path of a host that others use too, behind proxies that pass the path on and such that take it away.</summary>
public sealed partial class SubPathTests(SubPathTests.Recover shared) : IClassFixture<SubPathTests.Recover>
{
    private const string Host = "https://www.example.com";
    private const string Path = "/recover";

    private readonly TestApp _app = shared.App;

    public static TheoryData<bool> Ways => [false, true];

    public static MatrixTheoryData<string, bool> PurposesAndWays =>
        new(LinkPurposes.Own.Select(purpose => purpose.Name), [false, true]);

    [Theory]
    [InlineData("", 200, null)]
    [InlineData("/", 200, null)]
    [InlineData("/how-it-works", 200, null)]
    [InlineData("/forgot-password", 200, null)]
    [InlineData("/forgot-password/sent", 200, null)]
    [InlineData("/reset-password?token=a.b.c", 400, null)]
    [InlineData("/reset-password/done", 200, null)]
    [InlineData("/invitation", 400, null)]
    [InlineData("/confirm-email", 400, null)]
    [InlineData("/change-email", 400, null)]
    [InlineData("/secure-account", 400, null)]
    [InlineData("/sign-in", 200, null)]
    [InlineData("/sign-in/passkey", 200, null)]
    [InlineData("/sign-in/two-factor", 303, "/sign-in")]
    [InlineData("/sign-out", 404, null)]
    [InlineData("/account", 302, "/sign-in?returnUrl=%2Faccount")]
    [InlineData("/account/email", 302, "/sign-in?returnUrl=%2Faccount%2Femail")]
    [InlineData("/admin", 302, "/sign-in?returnUrl=%2Fadmin")]
    [InlineData("/admin/trail.csv", 302, "/sign-in?returnUrl=%2Fadmin%2Ftrail.csv")]
    [InlineData("/_blazor", 302, "/sign-in?returnUrl=%2F_blazor")]
    [InlineData("/.well-known/change-password", 302, "/account")]
    [InlineData("/health/live", 200, null)]
    [InlineData("/health/ready", 200, null)]
    [InlineData("/app.css", 200, null)]
    [InlineData("/_framework/blazor.web.js", 200, null)]
    [InlineData("/nowhere", 404, null)]
    public async Task A_page_answers_either_way_and_leads_on_under_the_path(string page, int status, string? location)
    {
        foreach (var strips in new[] { false, true })
        {
            using var visitor = Open(strips);
            var answer = await visitor.GetAsync(Path + page);

            Assert.Equal((status, location is null ? null : Path + location), ((int)answer.Status, answer.Location));
            AssertUnderThePath(answer);
        }
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task A_recovery_works_from_the_request_to_the_signing_out(bool strips)
    {
        var account = await _app.AddAccountAsync();
        using var visitor = Open(strips);
        (await visitor.SubmitAsync(await PageAsync(visitor, "/forgot-password"), ("email", account.Email!))).LeadsTo(
            $"{Path}/forgot-password/sent");
        var link = MailFolder.Link((await _app.Mails.WaitAsync(account.Email!))[0]);
        Assert.StartsWith($"{Host}{Path}/reset-password?token=", link, StringComparison.Ordinal);

        var form = await PageAsync(visitor, link[(Host + Path).Length..]);
        var changed = await visitor.SubmitAsync(form, ("password", Passwords.New));
        changed.LeadsTo($"{Path}/reset-password/done");
        AssertUnderThePath(await visitor.GetAsync(changed.Location!));
        (await visitor.GetAsync(link)).IsRefusedAs("spent");

        var signIn = await PageAsync(visitor, "/sign-in?returnUrl=%2Faccount%2Femail");
        (await visitor.SubmitAsync(signIn, ("email", account.Email!), ("password", Passwords.New))).LeadsTo($"{Path}/account/email");
        await PageAsync(visitor, "/account/email");
        await PageAsync(visitor, "/account/two-factor");
        (await visitor.GetAsync($"{Path}/sign-in")).LeadsTo($"{Path}/account");
        (await visitor.SubmitAsync(await PageAsync(visitor, "/account"))).LeadsTo($"{Path}/sign-in");
        Assert.StartsWith($"{Path}/sign-in?", (await visitor.GetAsync($"{Path}/account")).Location, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(PurposesAndWays))]
    public async Task A_link_of_every_purpose_works_under_the_path(string purpose, bool strips)
    {
        var account = await _app.AddAccountAsync(shape: row => row.EmailConfirmed = purpose != "confirm");
        await _app.WantAddressAsync(account.Id, MailedLinks.NewAddress());
        using var visitor = Open(strips);
        var form = await PageAsync(visitor, await _app.MintAsync(purpose, account.Id));

        var wrong = await visitor.SubmitAsync(form, ("password", "short"), ("email", "nobody@example.com"));
        Assert.Equal(HttpStatusCode.UnprocessableEntity, wrong.Status);
        AssertUnderThePath(wrong);
        var used = await visitor.SubmitAsync(wrong, MailedLinks.Answers(account.Email));
        Assert.StartsWith($"{Path}{MailedLinks.Purpose(purpose).Page}/done", used.Location, StringComparison.Ordinal);
        AssertUnderThePath(await visitor.GetAsync(used.Location!));
    }

    [Fact]
    public async Task The_path_is_known_in_any_case_and_once_only()
    {
        using var visitor = new Visitor(Host, new PathProxy(_app.Origin, "", strips: false));
        var page = await visitor.GetAsync("/RECOVER/sign-in");

        Assert.Equal(HttpStatusCode.OK, page.Status);
        AssertUnderThePath(page);
        Assert.Equal(HttpStatusCode.NotFound, (await visitor.GetAsync("/recover/recover/sign-in")).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await visitor.GetAsync("/recovery/sign-in")).Status);
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task Every_page_of_the_console_and_its_circuit_are_under_the_path(bool strips)
    {
        var admin = (await _app.AddAdminAsync(ConsoleRole.Admin)).Account;
        await _app.SetAsync(admin.Id, twoFactor: true);
        await _app.GiveKeyAsync(admin.Id);
        using var visitor = Open(strips);
        var signIn = await PageAsync(visitor, "/sign-in?returnUrl=%2Fadmin");
        var password = await visitor.SubmitAsync(signIn, ("email", admin.Email!), ("password", Passwords.Old));
        password.LeadsTo($"{Path}/sign-in/two-factor?returnUrl=%2Fadmin");
        (await visitor.SubmitAsync(await visitor.GetAsync(password.Location!), ("code", Factors.AppCode()))).LeadsTo($"{Path}/admin");

        string[] pages =
        [
            "/admin", "/admin/accounts", "/admin/accounts/", "/admin/glance", "/admin/trail", "/admin/bulk", "/admin/invite",
            "/admin/keys", $"/admin/accounts/{admin.Id}", "/admin/accounts/nobody", $"/admin/bulk/{Guid.NewGuid()}",
        ];
        foreach (var page in pages)
            await PageAsync(visitor, page);
        Assert.Contains($"<base href=\"{Path}/\" />", (await visitor.GetAsync($"{Path}/admin")).Body, StringComparison.Ordinal);

        // Past the check of where it comes from there is no WebSocket in the request.
        Assert.Equal(HttpStatusCode.BadRequest, await CircuitAsync(visitor, Host));
        Assert.Equal(HttpStatusCode.Forbidden, await CircuitAsync(visitor, "https://evil.example"));
        Assert.Equal(HttpStatusCode.Forbidden, await CircuitAsync(visitor, "https://example.com"));
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task Cookies_are_kept_from_what_else_is_on_the_host(bool strips)
    {
        var account = await _app.AddAccountAsync();
        using var visitor = Open(strips);
        var form = await visitor.GetAsync($"{Path}/sign-in?language=en");
        var cookies = form.Headers["Set-Cookie"];
        Assert.Matches("__Secure-antiforgery-recover=[^;]+; path=/recover; secure; samesite=lax; httponly", cookies);
        Assert.Matches("__Secure-language-recover=en; max-age=[0-9]+; path=/recover; secure; samesite=lax; httponly", cookies);
        var entered = await visitor.SubmitAsync(form, ("email", account.Email!), ("password", Passwords.Old));
        Assert.Matches("__Secure-application-recover=[^;]+; path=/recover; secure; samesite=lax; httponly", entered.Headers["Set-Cookie"]);
        Assert.DoesNotContain("__Host-", cookies + entered.Headers["Set-Cookie"], StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task Plain_http_moves_pages_to_the_public_address(bool strips)
    {
        using var visitor = new Visitor(_app.Origin);
        var moved = await visitor.GetAsync($"{(strips ? "" : Path)}/reset-password?token=a.b.c&x=1");

        Assert.Equal((HttpStatusCode.TemporaryRedirect, $"{Host}{Path}/reset-password?x=1&token=a.b.c"), (moved.Status, moved.Location));
        Assert.Equal(HttpStatusCode.OK, (await visitor.GetAsync($"{(strips ? "" : Path)}/health/ready")).Status);
    }

    [Fact]
    public async Task Two_deployments_on_one_host_refuse_each_others_links()
    {
        await using var other = await TestApp.StartAsync(new() { ["Recovery:PublicOrigin"] = $"{Host}/other" }, beside: _app);
        var account = await _app.AddAccountAsync();
        using var visitor = Open(strips: false);
        await visitor.SubmitAsync(await visitor.GetAsync($"{Path}/forgot-password"), ("email", account.Email!));
        var link = MailFolder.Link((await _app.Mails.WaitAsync(account.Email!))[0]);
        using var neighbour = new Visitor(Host, new PathProxy(other.Origin, "/other", strips: true));

        // Whichever node sent the mail made the link for its own path.
        var isOurs = link.StartsWith(Host + Path, StringComparison.Ordinal);
        var query = new Uri(link).Query;
        (await (isOurs ? neighbour : visitor).GetAsync($"{(isOurs ? "/other" : Path)}/reset-password{query}")).IsRefusedAs("spent");
        Assert.Equal(HttpStatusCode.OK, (await (isOurs ? visitor : neighbour).GetAsync(link)).Status);
    }

    [Fact]
    public async Task The_hosts_subdomains_are_none_of_its_business()
    {
        await using var app = await TestApp.StartAsync(new()
        {
            ["environment"] = "Production",
            ["Recovery:PublicOrigin"] = Host + Path,
            ["Database:MigrateOnStart"] = "true",
            ["Security:KnownProxies:0"] = "127.0.0.0/8",
            ["Security:KnownProxies:1"] = "::1",
            ["Mail:Transport"] = "Smtp",
            ["Mail:From"] = "no-reply@example.com",
            ["Mail:Smtp:Host"] = "localhost",
        });
        using var visitor = new Visitor(Host, new PathProxy(app.Origin, Path, strips: true));

        Assert.Equal("max-age=31536000", (await visitor.GetAsync($"{Path}/")).Headers["Strict-Transport-Security"]);
    }

    [Fact]
    public void Every_address_of_the_app_begins_with_what_no_path_may_begin_with()
    {
        var segments = _app.Services.GetServices<EndpointDataSource>().SelectMany(source => source.Endpoints).OfType<RouteEndpoint>()
            .Select(endpoint => endpoint.RoutePattern.PathSegments is [var first, ..] ? first.Parts[0] : null)
            .OfType<Microsoft.AspNetCore.Routing.Patterns.RoutePatternLiteralPart>()
            .Select(part => part.Content).ToHashSet();

        Assert.Contains("sign-in", segments);
        // Files have a dot in their names, and no path is likely to be called like one.
        Assert.All(
            segments.Where(segment => segment.LastIndexOf('.') <= 0),
            segment => Assert.True(new SitePath($"/{segment}").IsAmbiguous, segment));
    }

    private static void AssertUnderThePath(Answer answer)
    {
        var addresses = Addresses().Matches(answer.Body).Select(match => WebUtility.HtmlDecode(match.Groups[1].Value));
        Assert.All(addresses, address => Assert.Matches("^(/recover/|#)", address));
        var cookies = CookiePaths().Matches(answer.Headers.GetValueOrDefault("Set-Cookie") ?? "");
        Assert.All(cookies.Select(match => match.Groups[1].Value), path => Assert.Equal(Path, path));
    }

    private static async Task<Answer> PageAsync(Visitor visitor, string page)
    {
        var answer = await visitor.GetAsync(Path + page);
        Assert.True(answer.Status == HttpStatusCode.OK, $"{page}: {answer.Status} {answer.Location}");
        AssertUnderThePath(answer);
        return answer;
    }

    private static async Task<HttpStatusCode> CircuitAsync(Visitor visitor, string origin)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"{Path}/_blazor");
        request.Headers.Add("Origin", origin);
        return (await visitor.SendAsync(request)).Status;
    }

    private Visitor Open(bool strips) => new(Host, new PathProxy(_app.Origin, Path, strips));

    [GeneratedRegex("\\b(?:href|src|action)=\"([^\"]*)\"")]
    private static partial Regex Addresses();

    [GeneratedRegex("path=([^;,]+)")]
    private static partial Regex CookiePaths();

    public sealed class Recover : IAsyncLifetime
    {
        public TestApp App { get; private set; } = null!;

        public async ValueTask InitializeAsync() => App = await TestApp.StartAsync(new()
        {
            ["Recovery:PublicOrigin"] = Host + Path,
            ["Security:RequireHttps"] = "true",
            ["Security:KnownProxies:0"] = "127.0.0.0/8",
            ["Security:KnownProxies:1"] = "::1",
        });

        public ValueTask DisposeAsync() => App.DisposeAsync();
    }
}
