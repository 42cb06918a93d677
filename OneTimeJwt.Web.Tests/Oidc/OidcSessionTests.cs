using OneTimeJwt.Web.Admin;
using OneTimeJwt.Web.Oidc;
using OneTimeJwt.Web.Tests.Admin;

namespace OneTimeJwt.Web.Tests.Oidc;

/// <summary>How long a session lives, and what asks the provider again.</summary>
public sealed class OidcSessionTests
{
    private static readonly TimeSpan Hour = TimeSpan.FromMinutes(61);

    [Fact]
    public async Task After_an_hour_the_provider_is_asked_again_unseen()
    {
        await using var oidc = await OidcApp.StartAsync();
        using var visitor = oidc.App.Open();
        await OidcApp.EnterAsync(visitor, "/admin/trail");
        oidc.App.Clock.Move(TimeSpan.FromMinutes(58));
        Assert.Equal(HttpStatusCode.OK, (await visitor.GetAsync("/admin/trail")).Status);
        Assert.Single(oidc.Provider.Requests);
        oidc.App.Clock.Move(TimeSpan.FromMinutes(3));

        var page = await OidcApp.FollowAsync(visitor, "/admin/trail?kind=Locked");

        oidc.Ends(page, HttpStatusCode.OK);
        Assert.Equal("/admin/trail?kind=Locked", page.From);
        Assert.Equal(2, oidc.Provider.Requests.Count);
        Assert.Equal("none", oidc.Provider.Requests[1].Prompt);
    }

    [Fact]
    public async Task A_role_that_was_taken_there_ends_what_it_gave_here()
    {
        await using var oidc = await OidcApp.StartAsync();
        using var visitor = oidc.App.Open();
        await OidcApp.EnterAsync(visitor, "/admin/trail");
        var user = await oidc.UserAsync(oidc.Provider.Person!);
        oidc.Provider.Person = oidc.Provider.Person! with { Roles = ["staff"] };
        oidc.App.Clock.Move(Hour);
        var fresh = await oidc.UserAsync(new ProviderPerson("ada", "desk-admins"));

        oidc.Ends(await OidcApp.FollowAsync(visitor, "/admin/trail"), HttpStatusCode.Forbidden, "gives you no role");

        // In other browsers, too.
        var account = await oidc.App.AddAccountAsync();
        foreach (var open in new[] { user, fresh })
            Assert.False((await oidc.App.WithAsync<AdminActions, AdminActionOutcome>(acts =>
                acts.DoAsync(open, new AdminActionRequest(AdminAction.SendLink, account.Id, "asked for", null)))).Done);
        Assert.Equal(HttpStatusCode.Found, (await visitor.GetAsync("/admin/trail")).Status);
    }

    [Fact]
    public async Task A_lower_role_counts_from_then_on()
    {
        await using var oidc = await OidcApp.StartAsync();
        using var visitor = oidc.App.Open();
        await OidcApp.EnterAsync(visitor, "/admin/trail");
        Assert.Equal(HttpStatusCode.OK, (await visitor.GetAsync("/admin/glance")).Status);
        oidc.Provider.Person = oidc.Provider.Person! with { Roles = ["audit"] };
        oidc.App.Clock.Move(Hour);

        await OidcApp.FollowAsync(visitor, "/admin/trail");

        Assert.Equal(HttpStatusCode.Forbidden, (await visitor.GetAsync("/admin/glance")).Status);
    }

    [Fact]
    public async Task Who_is_signed_out_there_signs_in_again()
    {
        await using var oidc = await OidcApp.StartAsync();
        using var visitor = oidc.App.Open();
        await OidcApp.EnterAsync(visitor, "/admin/trail");
        oidc.Provider.Person = null;
        oidc.App.Clock.Move(Hour);

        var page = await OidcApp.FollowAsync(visitor, "/admin/trail");

        Assert.Equal("/sign-in?returnUrl=%2Fadmin%2Ftrail", page.From);
        Assert.Contains("Sign in with Contoso", page.Body, StringComparison.Ordinal);
        // Once: the next page leads there at once.
        (await visitor.GetAsync("/admin/trail")).LeadsTo("/sign-in?returnUrl=%2Fadmin%2Ftrail");
    }

    [Fact]
    public async Task While_the_provider_is_away_a_session_that_is_due_waits_for_it()
    {
        await using var oidc = await OidcApp.StartAsync();
        using var visitor = oidc.App.Open();
        await OidcApp.EnterAsync(visitor, "/admin/trail");
        oidc.App.Clock.Move(Hour);
        // As after a restart: where it keeps its addresses is known still, and nobody answers there.
        await oidc.Provider.StopAsync();
        await using var restarted = await TestApp.StartAsync(
            oidc.Provider.Settings(("Recovery:PublicOrigin", oidc.App.Origin)), beside: oidc.App);
        using var there = new Visitor(restarted.Origin);
        there.Keep(visitor);

        var page = await OidcApp.FollowAsync(there, "/admin/trail");
        oidc.Ends(page, HttpStatusCode.BadRequest, "be reached at the moment");
        await oidc.Provider.StartAgainAsync();

        Assert.StartsWith(oidc.Provider.Origin, (await there.GetAsync("/admin/trail")).Location, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/admin/reachable", "empty")]
    [InlineData("/admin/trail.csv", "iframe")]
    public async Task What_is_no_page_is_not_led_to_another_origin(string path, string destination)
    {
        await using var oidc = await OidcApp.StartAsync();
        using var visitor = oidc.App.Open();
        await OidcApp.EnterAsync(visitor, "/admin/trail");
        oidc.App.Clock.Move(Hour);
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.Add("Sec-Fetch-Dest", destination);

        var answer = await visitor.SendAsync(request);

        Assert.StartsWith("/sign-in?returnUrl=", answer.Location, StringComparison.Ordinal);
        Assert.StartsWith(oidc.Provider.Origin, (await visitor.GetAsync("/admin/trail")).Location, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Another_person_there_is_another_session_here()
    {
        await using var oidc = await OidcApp.StartAsync();
        using var visitor = oidc.App.Open();
        await OidcApp.EnterAsync(visitor, "/admin/trail");
        oidc.Provider.Person = new ProviderPerson("grace", "desk") { Name = "Grace Hopper" };
        oidc.App.Clock.Move(Hour);

        await OidcApp.FollowAsync(visitor, "/admin/trail");

        Assert.Contains("Grace Hopper", (await visitor.GetAsync(OidcModule.SessionPath)).Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Where_accounts_of_this_site_do_not_count_only_the_provider_lets_people_in()
    {
        await using var oidc = await OidcApp.StartAsync(("Admin:Local", "false"));
        var admin = await oidc.App.AddAdminAsync(ConsoleRole.Admin);
        using var visitor = oidc.App.Open();
        var page = await visitor.GetAsync("/sign-in?returnUrl=%2Fadmin");
        Assert.Contains("Sign in with Contoso", page.Body, StringComparison.Ordinal);
        Assert.DoesNotContain("name=\"password\"", page.Body, StringComparison.Ordinal);

        // Everybody's own account goes on as ever, and gives no rights.
        (await visitor.SignInAsync(admin.Account.Email!, Passwords.Old)).LeadsTo("/account");
        Assert.Equal(HttpStatusCode.OK, (await visitor.GetAsync("/account")).Status);
        (await visitor.GetAsync("/admin")).LeadsTo("/sign-in?returnUrl=%2Fadmin");
        Assert.Contains("Sign in with Contoso", (await visitor.GetAsync("/sign-in?returnUrl=%2Fadmin")).Body, StringComparison.Ordinal);
        var account = await oidc.App.AddAccountAsync();
        Assert.False((await oidc.App.ActAsync(admin, AdminAction.SendLink, account.Id)).Done);
        using var other = oidc.App.Open();
        var posted = await other.SubmitAsync(
            "/sign-in", "/sign-in", ("returnUrl", "/admin"), ("email", admin.Account.Email!), ("password", Passwords.Old));
        Assert.Equal(HttpStatusCode.Forbidden, posted.Status);

        oidc.Ends(await OidcApp.EnterAsync(visitor, "/admin/trail"), HttpStatusCode.OK);
        Assert.NotNull(await oidc.App.LinkForAsync(account));
    }

    [Fact]
    public async Task Two_nodes_share_a_session()
    {
        await using var oidc = await OidcApp.StartAsync();
        using var visitor = oidc.App.Open();
        await OidcApp.EnterAsync(visitor, "/admin/trail");
        await using var other = await TestApp.StartAsync(new() { ["Recovery:PublicOrigin"] = oidc.App.Origin }, beside: oidc.App);
        using var there = new Visitor(other.Origin);
        there.Keep(visitor);
        Assert.Equal(HttpStatusCode.OK, (await there.GetAsync("/admin/trail")).Status);

        await OidcApp.SignOutAsync(visitor);

        Assert.Equal(HttpStatusCode.Found, (await there.GetAsync("/admin/trail")).Status);
    }
}
