using System.Text;
using Microsoft.IdentityModel.Tokens;
using OneTimeJwt.Web.Oidc;
using OneTimeJwt.Web.Tests.Admin;

namespace OneTimeJwt.Web.Tests.Oidc;

/// <summary>What strangers send to the addresses that the provider and its people use.</summary>
public sealed class OidcAttackTests(OidcAttackTests.Unlimited shared) : IClassFixture<OidcAttackTests.Unlimited>
{
    private const string Form = "application/x-www-form-urlencoded";

    private readonly OidcApp _oidc = shared.Oidc;
    private readonly TestApp _app = shared.Oidc.App;

    /// <summary>Header and payload of tokens that nobody signed.</summary>
    public static TheoryData<string, string> Odd => new()
    {
        { """{"alg":"RS256"}""", """{"aud":"console"}""" },
        { """{"alg":"RS256"}""", """{"aud":["console"],"exp":"soon","iat":"now"}""" },
        { """{"alg":"RS256"}""", """{"aud":{"console":1}}""" },
        { """{"alg":"RS256"}""", """{"aud":[["console"]]}""" },
        { """{"alg":"RS256"}""", """{"aud":[null,1,true,"console"]}""" },
        { """{"alg":"RS256"}""", """{"aud":null}""" },
        { """{"alg":"RS256"}""", """{"aud":"console","aud":"console"}""" },
        { """{"alg":"RS256"}""", """{"aud":"console","exp":1e400}""" },
        { """{"alg":"RS256"}""", """{"aud":"console","exp":-1,"nbf":9e18,"iss":7}""" },
        { """{"alg":"RS256","crit":["x"],"x":1}""", """{"aud":"console"}""" },
        { """{"alg":"RS256","jku":"http://127.0.0.1:1/","x5u":"http://127.0.0.1:1/","jwk":{}}""", """{"aud":"console"}""" },
        { """{"alg":"RS256","kid":{"a":1}}""", """{"aud":"console"}""" },
        { """{"alg":"RS256","kid":"../../etc/passwd"}""", """{"aud":"console"}""" },
        { """{"alg":["RS256"]}""", """{"aud":"console"}""" },
        { """{"alg":7}""", """{"aud":"console"}""" },
        { """{"alg":"none"}""", """{"aud":"console"}""" },
        { """{"alg":"HS256"}""", """{"aud":"console"}""" },
        { """{}""", """{"aud":"console"}""" },
        { """[]""", """{"aud":"console"}""" },
        { """null""", """null""" },
        { """{"alg":"RS256"}""", """[]""" },
        { """{"alg":"RS256"}""", """"text"""" },
        { """{"alg":"RS256","zip":"DEF"}""", """{"aud":"console"}""" },
        { """{"alg":"dir","enc":"A256GCM"}""", """{"aud":"console"}""" },
        { """{"alg":"RS256"}""", "{\"aud\":\"console\",\"x\":" + new string('[', 500) },
    };

    [Theory]
    [MemberData(nameof(Odd))]
    public async Task A_token_of_any_shape_ends_nothing_and_is_no_fault(string header, string payload)
    {
        var (first, second) = (Base64UrlEncoder.Encode(header), Base64UrlEncoder.Encode(payload));
        foreach (var end in new[] { ".AAAA", ".", ".AAAA.AAAA.AAAA", "" })
        {
            using var stranger = _app.Open();
            var answer = await stranger.PostAsync(OidcModule.LogoutPath, ("logout_token", $"{first}.{second}{end}"));
            Assert.True(answer.Status == HttpStatusCode.BadRequest, $"{(int)answer.Status} for {header} {payload}");
        }

        _oidc.HasNotFailed();
    }

    /// <summary>Forms of any kind, where the provider posts to.</summary>
    [Theory]
    [InlineData(Form, "logout_token=a.b.c")]
    [InlineData(Form, "logout_token=a.b.c&logout_token=a.b.c")]
    [InlineData(Form, "%00=%00&=&&%ff=%fe")]
    [InlineData(Form + "; charset=utf-7", "logout_token=a.b.c")]
    [InlineData(Form + "; charset=utf-16", "logout_token=a.b.c")]
    [InlineData(Form + "; charset=nonsense", "logout_token=a.b.c")]
    [InlineData("multipart/form-data", "x")]
    [InlineData("multipart/form-data; boundary=x", "--x\r\nContent-Disposition: form-data; name=logout_token\r\n\r\na.b.c")]
    [InlineData("application/json", "{}")]
    [InlineData("nonsense", "x")]
    [InlineData("", "")]
    public async Task A_form_of_any_kind_is_answered_where_the_provider_posts(string type, string body)
    {
        foreach (var path in new[] { OidcModule.LogoutPath, OidcModule.CallbackPath })
        {
            using var stranger = _app.Open();
            using var content = new ByteArrayContent(Encoding.ASCII.GetBytes(body));
            using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = content };
            content.Headers.TryAddWithoutValidation("Content-Type", type);

            var answer = await stranger.SendAsync(request);

            Assert.True(
                path == OidcModule.LogoutPath
                    ? answer.Status == HttpStatusCode.BadRequest
                    : answer.Status is HttpStatusCode.SeeOther or HttpStatusCode.NotFound or HttpStatusCode.MethodNotAllowed
                        or HttpStatusCode.UnsupportedMediaType,
                $"{path}: {(int)answer.Status}");
        }

        _oidc.HasNotFailed();
    }

    [Theory]
    [InlineData("a\u0001b")]
    [InlineData("ada\r\nForged line")]
    [InlineData("ada\u0000")]
    public async Task A_subject_that_could_forge_a_line_of_the_trail_lets_nobody_in(string subject)
    {
        _oidc.Provider.Person = new ProviderPerson(subject, "desk-admins");
        using var visitor = _app.Open();

        var page = await OidcApp.EnterAsync(visitor);

        Assert.Equal(HttpStatusCode.BadRequest, page.Status);
        Assert.Equal(HttpStatusCode.Found, (await visitor.GetAsync("/admin/trail")).Status);
        Assert.DoesNotContain("Forged line", _app.Log.All, StringComparison.Ordinal);
        _oidc.HasNotFailed();
    }

    [Theory]
    [InlineData("//evil.example/admin")]
    [InlineData("/\\evil.example/admin")]
    [InlineData("\\\\evil.example\\admin")]
    [InlineData("/admin\r\nLocation: https://evil.example")]
    [InlineData("/\t/evil.example/admin")]
    [InlineData("https:/admin")]
    [InlineData("javascript:alert(1)//admin")]
    [InlineData("/admin/..//evil.example")]
    [InlineData("/admin@evil.example")]
    [InlineData("/ADMIN/../../evil.example")]
    public async Task No_page_around_the_sign_in_leads_off_the_site(string returnUrl)
    {
        _oidc.Provider.Person = new ProviderPerson($"person-{Guid.NewGuid():N}", "desk");
        using var visitor = _app.Open();

        var end = await OidcApp.EnterAsync(visitor, returnUrl);
        var problem = await visitor.GetAsync($"{OidcModule.ProblemPath}?fault=Stale&returnUrl={Uri.EscapeDataString(returnUrl)}");

        Assert.StartsWith("/", end.From, StringComparison.Ordinal);
        Assert.False(end.From!.StartsWith("//", StringComparison.Ordinal) || end.From.Contains('\\', StringComparison.Ordinal), end.From);
        Assert.DoesNotContain("href=\"//", problem.Body, StringComparison.Ordinal);
        Assert.DoesNotContain("javascript:", problem.Body, StringComparison.Ordinal);
        Assert.DoesNotContain("\"https://evil", problem.Body, StringComparison.Ordinal);
        _oidc.HasNotFailed();
    }

    [Theory]
    [InlineData("NoRole")]
    [InlineData("99")]
    [InlineData("<script>")]
    [InlineData("")]
    public async Task The_page_of_a_fault_shows_nothing_of_its_address(string fault)
    {
        using var visitor = _app.Open();

        var page = await visitor.GetAsync($"{OidcModule.ProblemPath}?fault={Uri.EscapeDataString(fault)}&error_description=Call+0800");

        Assert.InRange((int)page.Status, 400, 403);
        Assert.DoesNotContain("<script>", page.Body, StringComparison.Ordinal);
        Assert.DoesNotContain("0800", page.Body, StringComparison.Ordinal);
    }

    // Whoever puts a cookie into a browser beforehand has it replaced by one of another session.
    [Fact]
    public async Task A_session_is_a_new_one_at_each_sign_in()
    {
        _oidc.Provider.Person = new ProviderPerson($"person-{Guid.NewGuid():N}", "desk");
        using var visitor = _app.Open();
        await OidcApp.EnterAsync(visitor, "/admin/trail");
        var first = visitor.CookieLines.Single(line => line.StartsWith("provider=", StringComparison.Ordinal));
        _oidc.Provider.Person = new ProviderPerson($"person-{Guid.NewGuid():N}", "desk-admins") { Name = "Grace Hopper" };
        await OidcApp.EnterAsync(visitor, "/admin/trail");
        Assert.NotEqual(first, visitor.CookieLines.Single(line => line.StartsWith("provider=", StringComparison.Ordinal)));

        using var thief = _app.Open();
        using var request = new HttpRequestMessage(HttpMethod.Get, OidcModule.SessionPath);
        request.Headers.Add("Cookie", first);

        Assert.DoesNotContain("Grace Hopper", (await thief.SendAsync(request)).Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Where_accounts_of_this_site_do_not_count_a_session_of_one_opens_no_circuit()
    {
        await using var before = await TestApp.StartAsync();
        var admin = await before.AddAdminAsync(ConsoleRole.Admin);
        using var visitor = before.Open();
        (await visitor.SignInAsync(admin.Account.Email!, Passwords.Old)).LeadsTo("/account");
        Assert.Equal(HttpStatusCode.OK, (await visitor.PostAsync("/_blazor/negotiate?negotiateVersion=1")).Status);

        // The operator restarts it with the provider alone.
        await using var after = await TestApp.StartAsync(
            _oidc.Provider.Settings(("Admin:Local", "false"), ("Recovery:PublicOrigin", before.Origin)), beside: before);
        using var there = new Visitor(after.Origin);
        there.Keep(visitor);

        Assert.NotEqual(HttpStatusCode.OK, (await there.PostAsync("/_blazor/negotiate?negotiateVersion=1")).Status);
        string[] pages = ["/admin", "/admin/trail", "/admin/trail.csv", "/admin/glance", "/admin/keys", "/admin/bulk", "/admin/invite"];
        foreach (var page in pages)
            Assert.NotEqual(HttpStatusCode.OK, (await there.GetAsync(page)).Status);
        Assert.Equal(HttpStatusCode.OK, (await there.GetAsync("/account")).Status);
    }

    /// <summary>All of it comes from one address.</summary>
    public sealed class Unlimited : IAsyncLifetime
    {
        public OidcApp Oidc { get; private set; } = null!;

        public async ValueTask InitializeAsync() => Oidc = await OidcApp.StartAsync(("RateLimits:PerClient:Permits", "100000"));

        public ValueTask DisposeAsync() => Oidc.DisposeAsync();
    }
}
