using Microsoft.AspNetCore.WebUtilities;
using OneTimeJwt.Web.Admin;
using OneTimeJwt.Web.Oidc;
using OneTimeJwt.Web.SignIn;
using OneTimeJwt.Web.Tests.Admin;

namespace OneTimeJwt.Web.Tests.Oidc;

public sealed class OidcSignInTests(OidcSignInTests.Shared shared) : IClassFixture<OidcSignInTests.Shared>
{
    private readonly OidcApp _oidc = shared.Oidc;
    private readonly TestApp _app = shared.Oidc.App;
    private readonly OpenProvider _provider = shared.Oidc.Provider;

    [Theory]
    [InlineData("desk-admins", ConsoleRole.Admin)]
    [InlineData("desk", ConsoleRole.Support)]
    [InlineData("audit", ConsoleRole.Auditor)]
    [InlineData("audit desk staff", ConsoleRole.Support)]
    [InlineData("desk-admins audit", ConsoleRole.Admin)]
    [InlineData("Desk-Admins", null)]
    [InlineData("staff", null)]
    [InlineData("", null)]
    public async Task The_highest_role_that_the_claim_gives_counts(string roles, ConsoleRole? role)
    {
        foreach (var isThin in new[] { false, true })
        {
            var person = Become(new ProviderPerson(Subject(), Split(roles)) { IsThin = isThin });
            using var visitor = _app.Open();

            var end = await OidcApp.EnterAsync(visitor, "/admin/trail");

            if (role is null)
                _oidc.Ends(end, HttpStatusCode.Forbidden, "gives you no role");
            else
                _oidc.Ends(end, HttpStatusCode.OK, "<h1");
            Assert.Equal(role, (await SessionAsync(person))?.Role);
        }
    }

    /// <summary>Each page of the console and each role.</summary>
    [Theory]
    [InlineData("/admin", "audit", "/admin/trail")]
    [InlineData("/admin/trail", "audit", null)]
    [InlineData("/admin/trail.csv", "audit", null)]
    [InlineData("/admin/reachable", "audit", null)]
    [InlineData("/admin/glance", "audit", "403")]
    [InlineData("/admin/accounts/x", "audit", "403")]
    [InlineData("/admin/bulk", "audit", "403")]
    [InlineData("/admin/invite", "audit", "403")]
    [InlineData("/admin", "desk", null)]
    [InlineData("/admin/trail", "desk", null)]
    [InlineData("/admin/glance", "desk", null)]
    [InlineData("/admin/bulk", "desk-admins", null)]
    [InlineData("/admin/invite", "desk-admins", null)]
    public async Task A_role_sees_its_pages_and_no_others(string page, string role, string? instead)
    {
        Become(new ProviderPerson(Subject(), role));
        using var visitor = _app.Open();
        await OidcApp.EnterAsync(visitor);

        var answer = await visitor.GetAsync(page);

        if (instead is null)
            Assert.True(answer.Status is HttpStatusCode.OK or HttpStatusCode.NoContent, $"{answer.Status}");
        else if (instead == "403")
            Assert.Equal(HttpStatusCode.Forbidden, answer.Status);
        else
            answer.LeadsTo(instead);
    }

    [Fact]
    public async Task Code_PKCE_nonce_and_state_are_asked_for_and_no_more_scopes_than_needed()
    {
        Become(new ProviderPerson(Subject(), "desk"));
        using var visitor = _app.Open();
        var begun = await visitor.GetAsync($"{OidcModule.Path}?returnUrl=%2Fadmin%2Ftrail");

        var asked = QueryHelpers.ParseQuery(new Uri(begun.Location!).Query);

        Assert.Equal("code", asked["response_type"]);
        Assert.Equal("S256", asked["code_challenge_method"]);
        Assert.Equal("openid profile", asked["scope"]);
        Assert.Equal($"{_app.Origin}/sign-in/provider/callback", asked["redirect_uri"]);
        Assert.All(["code_challenge", "nonce", "state"], field => Assert.True(asked[field].ToString().Length > 30, field));
        Assert.False(asked.ContainsKey("prompt"));
        Assert.DoesNotContain(asked.Keys, key => key.StartsWith("x-client", StringComparison.Ordinal));
    }

    [Fact]
    public async Task No_account_is_made_and_the_trail_names_issuer_subject_and_name()
    {
        var person = Become(new ProviderPerson(Subject(), "desk-admins") { Name = "Grace\u202E Hopper\r\n" });
        var before = await AccountsAsync();
        using var visitor = _app.Open();
        await OidcApp.EnterAsync(visitor, "/admin/trail");

        Assert.Equal(HttpStatusCode.OK, (await visitor.GetAsync("/admin/trail.csv")).Status);

        Assert.Equal(before, await AccountsAsync());
        var line = Assert.Single(await _app.TrailAsync(), line => line.Actor == Id(person));
        Assert.Equal(RecoveryEventKind.TrailExported, line.Kind);
        Assert.Equal("Grace Hopper", line.ActorName);
        using var stranger = _app.Open();
        (await stranger.GetAsync("/account")).LeadsTo("/sign-in?returnUrl=%2Faccount");
        (await visitor.GetAsync("/account")).LeadsTo("/sign-in?returnUrl=%2Faccount");
    }

    [Theory]
    [InlineData("desk-admins", AdminAction.RequireReset, true)]
    [InlineData("desk-admins", AdminAction.MakeSupport, true)]
    [InlineData("desk", AdminAction.SendLink, true)]
    [InlineData("desk", AdminAction.RequireReset, false)]
    [InlineData("audit", AdminAction.SendLink, false)]
    public async Task Actions_are_judged_by_the_rules_of_accounts(string role, AdminAction action, bool isDone)
    {
        var person = Become(new ProviderPerson(Subject(), role));
        using var visitor = _app.Open();
        await OidcApp.EnterAsync(visitor, "/admin/trail");
        var account = await _app.AddAccountAsync();

        var outcome = await ActAsync(await UserAsync(person), action, account.Id);

        Assert.Equal(isDone, outcome.Done);
        var line = Assert.Single(await _app.TrailAsync(account.Id), line => line.Actor == Id(person));
        Assert.Equal(isDone, line.Kind != RecoveryEventKind.ActRefused);
        Assert.Equal("Ada Lovelace", line.ActorName);
    }

    [Fact]
    public async Task A_session_that_ended_acts_no_more()
    {
        var person = Become(new ProviderPerson(Subject(), "desk-admins"));
        using var visitor = _app.Open();
        await OidcApp.EnterAsync(visitor, "/admin/trail");
        var account = await _app.AddAccountAsync();
        var user = await UserAsync(person);
        await SignOutAsync(visitor);

        Assert.False((await ActAsync(user, AdminAction.SendLink, account.Id)).Done);
    }

    [Theory]
    [InlineData("//evil.example/admin")]
    [InlineData("https://evil.example/admin")]
    [InlineData("/account")]
    [InlineData("")]
    public async Task It_leads_to_the_console_and_nowhere_else(string returnUrl)
    {
        Become(new ProviderPerson(Subject(), "desk"));
        using var visitor = _app.Open();

        var end = await OidcApp.EnterAsync(visitor, returnUrl);

        Assert.Equal("/admin", end.From);
    }

    [Fact]
    public async Task Another_site_that_leads_there_begins_nothing()
    {
        using var visitor = _app.Open();
        using var request = new HttpRequestMessage(HttpMethod.Get, $"{OidcModule.Path}?returnUrl=%2Fadmin%2Ftrail");
        request.Headers.Add("Sec-Fetch-Site", "cross-site");

        var answer = await visitor.SendAsync(request);

        answer.LeadsTo("/sign-in?returnUrl=%2Fadmin%2Ftrail");
        Assert.Empty(visitor.Cookies);
    }

    [Theory]
    [InlineData("/admin", true)]
    [InlineData("/admin/trail", true)]
    [InlineData("/account", false)]
    public async Task The_sign_in_page_offers_the_provider_for_the_console_alone(string returnUrl, bool isOffered)
    {
        using var visitor = _app.Open();

        var page = await visitor.GetAsync($"/sign-in?returnUrl={Uri.EscapeDataString(returnUrl)}");

        Assert.Equal(isOffered, page.Body.Contains("Sign in with Contoso", StringComparison.Ordinal));
        Assert.Contains("name=\"password\"", page.Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Signing_out_ends_the_session_here_and_leads_to_the_provider_to_end_it_there()
    {
        Become(new ProviderPerson(Subject(), "desk"));
        using var visitor = _app.Open();
        await OidcApp.EnterAsync(visitor, "/admin/trail");
        var cookies = string.Join("; ", visitor.CookieLines);

        var page = await SignOutAsync(visitor);

        Assert.Contains("You are signed out here", page.Body, StringComparison.Ordinal);
        var address = page.Headers["Refresh"].Split("url=")[1];
        Assert.StartsWith($"{_provider.Origin}/logout?", address, StringComparison.Ordinal);
        var back = await OidcApp.FollowAsync(visitor, address);
        Assert.Equal("/sign-in?returnUrl=%2Fadmin", back.From);
        Assert.Equal(_provider.Secrets[^2], _provider.SignOuts[^1].IdTokenHint);
        (await visitor.GetAsync("/admin/trail")).LeadsTo("/sign-in?returnUrl=%2Fadmin%2Ftrail");

        // A copy of the cookie is worth nothing.
        using var thief = _app.Open();
        using var replay = new HttpRequestMessage(HttpMethod.Get, "/admin/trail");
        replay.Headers.Add("Cookie", cookies);
        Assert.Equal(HttpStatusCode.Found, (await thief.SendAsync(replay)).Status);
    }

    [Fact]
    public async Task The_form_to_sign_out_needs_its_proof()
    {
        Become(new ProviderPerson(Subject(), "desk"));
        using var visitor = _app.Open();
        await OidcApp.EnterAsync(visitor, "/admin/trail");
        var page = await visitor.GetAsync(OidcModule.SessionPath);
        Assert.Contains("Ada Lovelace", page.Body, StringComparison.Ordinal);
        visitor.Lose("antiforgery");

        var refused = await visitor.SubmitAsync(page);

        Assert.Equal(HttpStatusCode.BadRequest, refused.Status);
        Assert.Contains("your browser blocks cookies", refused.Body, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, (await visitor.GetAsync("/admin/trail")).Status);
    }

    [Fact]
    public async Task An_account_of_this_site_goes_on_entering_beside_it()
    {
        var admin = await _app.AddAdminAsync(ConsoleRole.Admin);
        using var visitor = _app.Open();
        (await visitor.SignInAsync(admin.Account.Email!, Passwords.Old)).LeadsTo("/account");

        Assert.Equal(HttpStatusCode.OK, (await visitor.GetAsync("/admin")).Status);
        // One that is no session any more doesn't stand in the way.
        using var request = new HttpRequestMessage(HttpMethod.Get, "/admin");
        request.Headers.Add("Cookie", string.Join("; ", visitor.CookieLines.Append("provider=nonsense")));
        using var other = _app.Open();
        var stale = await other.SendAsync(request);
        stale.LeadsTo("/sign-in?returnUrl=%2Fadmin");
        Assert.Contains("provider=; expires=Thu, 01 Jan 1970", stale.Headers["Set-Cookie"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_campaign_goes_on_with_the_role_that_the_provider_told_of_last()
    {
        var person = Become(new ProviderPerson(Subject(), "desk-admins"));
        using var visitor = _app.Open();
        await OidcApp.EnterAsync(visitor, "/admin/trail");
        await SignOutAsync(visitor);
        Assert.Equal(ConsoleRole.Admin, await RightsAsync(person));

        Become(person with { Roles = ["staff"] });
        await OidcApp.EnterAsync(visitor);

        Assert.Null(await RightsAsync(person));
    }

    private static string Subject() => $"person-{Guid.NewGuid():N}";

    private static string[] Split(string roles) => roles.Split(' ', StringSplitOptions.RemoveEmptyEntries);

    private ProviderPerson Become(ProviderPerson person) => _provider.Person = person;

    private string Id(ProviderPerson person) => $"{_provider.Issuer} {person.Subject}";

    private static Task<Answer> SignOutAsync(Visitor visitor) => OidcApp.SignOutAsync(visitor);

    private Task<int> AccountsAsync() => _app.WithAsync<AccountsContext, int>(database => database.Users.CountAsync());

    private Task<ConsoleRole?> RightsAsync(ProviderPerson person) => _app.WithAsync<AccountsContext, ConsoleRole?>(database =>
        _app.Roles().RightsOfAsync(database, Id(person)));

    private Task<OidcSession?> SessionAsync(ProviderPerson person)
    {
        var id = Id(person);
        return _app.WithAsync<AccountsContext, OidcSession?>(database =>
            database.OidcSessions.SingleOrDefaultAsync(row => row.Person == id));
    }

    // A second session of the same person, as its cookie would have it.
    private async Task<System.Security.Claims.ClaimsPrincipal> UserAsync(ProviderPerson person) => await _oidc.UserAsync(person);

    private Task<AdminActionOutcome> ActAsync(System.Security.Claims.ClaimsPrincipal user, AdminAction action, string account) =>
        _app.WithAsync<AdminActions, AdminActionOutcome>(acts =>
            acts.DoAsync(user, new AdminActionRequest(action, account, "asked for on the phone", "203.0.113.9")));

    public sealed class Shared : IAsyncLifetime
    {
        public OidcApp Oidc { get; private set; } = null!;

        public async ValueTask InitializeAsync() => Oidc = await OidcApp.StartAsync();

        public ValueTask DisposeAsync() => Oidc.DisposeAsync();
    }
}
