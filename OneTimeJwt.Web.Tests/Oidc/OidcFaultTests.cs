using System.Diagnostics.CodeAnalysis;
using System.Net.Sockets;
using OneTimeJwt.Web.Oidc;

namespace OneTimeJwt.Web.Tests.Oidc;

/// <summary>Whatever goes wrong at the provider, a page says what to do, and nothing throws.</summary>
[SuppressMessage("Usage", "xUnit1045", Justification = "Cases are named.")]
public sealed class OidcFaultTests(OidcSignInTests.Shared shared) : IClassFixture<OidcSignInTests.Shared>
{
    private const string Denied = "did not let you in";
    private const string Settings = "as it is set up here";
    private const string Clock = "clocks of this site and of Contoso";
    private const string Away = "be reached at the moment";
    private const string Stale = "go on: it took too long";
    private const string Other = "be used. Try again";

    [Theory]
    [InlineData("access_denied", Denied, HttpStatusCode.Forbidden)]
    [InlineData("server_error", Away, HttpStatusCode.BadRequest)]
    [InlineData("temporarily_unavailable", Away, HttpStatusCode.BadRequest)]
    [InlineData("unauthorized_client", Settings, HttpStatusCode.BadRequest)]
    [InlineData("invalid_scope", Settings, HttpStatusCode.BadRequest)]
    [InlineData("something_new", Other, HttpStatusCode.BadRequest)]
    [InlineData("login_required", "Sign in with Contoso", HttpStatusCode.OK)]
    public async Task An_error_of_the_provider_is_told_in_words(string error, string words, HttpStatusCode status)
    {
        var oidc = Fresh();
        oidc.Provider.Error = error;
        using var visitor = oidc.App.Open();

        var page = await OidcApp.EnterAsync(visitor);

        oidc.Ends(page, status, words);
        oidc.HasNotFailed();
        // What the provider writes besides may say anything.
        Assert.DoesNotContain("in two lines", oidc.App.Log.All, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("aud", "\"another\"", Settings)]
    [InlineData("iss", "\"https://evil.example/\"", Settings)]
    [InlineData("nonce", "\"638000000000000000.stolen\"", Stale)]
    [InlineData("exp", "1", Clock)]
    [InlineData("nbf", "99999999999", Clock)]
    [InlineData("iat", "99999999999", Clock)]
    [InlineData("iat", "\"soon\"", Other)]
    [InlineData("iat", "-1", Clock)]
    [InlineData("sub", "\"\"", Other)]
    [InlineData("iat", "null", Other)]
    [InlineData("sub", "null", Other)]
    public async Task An_ID_token_that_is_wrong_lets_nobody_in(string claim, string value, string words)
    {
        var oidc = Fresh();
        oidc.Provider.Forged[claim] = value;
        using var visitor = oidc.App.Open();

        var page = await OidcApp.EnterAsync(visitor);

        oidc.Ends(page, HttpStatusCode.BadRequest, words);
        await AssertNobodyEnteredAsync(oidc, visitor);
        oidc.HasNotFailed();
    }

    [Theory]
    [InlineData(-10, Clock)]
    [InlineData(10, Clock)]
    [InlineData(-1, null)]
    [InlineData(1, null)]
    public async Task Clocks_may_differ_by_two_minutes(int minutes, string? words)
    {
        var oidc = Fresh();
        // An ID token lives for twenty minutes there.
        oidc.Provider.SetClock(TimeSpan.FromMinutes(minutes < -1 ? minutes - 15 : minutes));
        using var visitor = oidc.App.Open();

        var page = await OidcApp.EnterAsync(visitor, "/admin/trail");

        oidc.Ends(page, words is null ? HttpStatusCode.OK : HttpStatusCode.BadRequest, words);
    }

    [Fact]
    public async Task While_the_provider_is_away_the_page_says_so_and_accounts_of_this_site_enter()
    {
        await using var oidc = await OidcApp.StartAsync();
        await oidc.Provider.StopAsync();
        var admin = await Admin.ConsoleAccounts.AddAdminAsync(oidc.App, ConsoleRole.Admin);
        using var visitor = oidc.App.Open();

        var page = await OidcApp.EnterAsync(visitor);

        oidc.Ends(page, HttpStatusCode.BadRequest, Away);
        Assert.Contains("Sign in with an account of this site", page.Body, StringComparison.Ordinal);
        oidc.HasNotFailed();
        (await visitor.SignInAsync(admin.Account.Email!, Passwords.Old)).LeadsTo("/account");
        Assert.Equal(HttpStatusCode.OK, (await visitor.GetAsync("/admin")).Status);

        await oidc.Provider.StartAgainAsync();
        using var other = oidc.App.Open();
        oidc.Ends(await OidcApp.EnterAsync(other, "/admin/trail"), HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_provider_that_takes_connections_and_says_nothing_is_told_as_away()
    {
        using var silent = new TcpListener(IPAddress.Loopback, port: 0);
        silent.Start();
        await using var oidc = await OidcApp.StartAsync(("Admin:Oidc:Authority", $"http://{silent.LocalEndpoint}"));
        using var visitor = oidc.App.Open();

        oidc.Ends(await OidcApp.EnterAsync(visitor), HttpStatusCode.BadRequest, Away);
        oidc.HasNotFailed();
    }

    public static TheoryData<Exception, OidcFault> Causes => new()
    {
        { new HttpRequestException("", new SocketException()), OidcFault.Unreachable },
        { new InvalidOperationException("IDX20803: no document", new IOException()), OidcFault.Unreachable },
        { new TaskCanceledException("", new TimeoutException()), OidcFault.Unreachable },
        { new Npgsql.NpgsqlException("", new IOException()), OidcFault.Other },
        { new InvalidOperationException("", new Npgsql.NpgsqlException("", new TimeoutException())), OidcFault.Other },
        { new TimeoutException(), OidcFault.Other },
    };

    [Theory]
    [MemberData(nameof(Causes))]
    public void An_outage_of_the_database_is_none_of_the_provider(Exception cause, OidcFault fault) =>
        Assert.Equal(fault, OidcFaults.Of(cause));

    [Fact]
    public async Task A_provider_that_goes_away_between_its_page_and_the_answer_is_told_as_away()
    {
        await using var oidc = await OidcApp.StartAsync();
        using var visitor = oidc.App.Open();
        var asked = await visitor.GetAsync(OidcModule.Path);
        var answered = await visitor.GetAsync(asked.Location!);
        await oidc.Provider.StopAsync();

        oidc.Ends(await OidcApp.FollowAsync(visitor, answered.Location!), HttpStatusCode.BadRequest, Away);
        oidc.HasNotFailed();
    }

    [Fact]
    public async Task A_wrong_secret_is_told_as_a_setting()
    {
        await using var oidc = await OidcApp.StartAsync(("Admin:Oidc:ClientSecret", "another-secret-that-is-long-enough"));
        using var visitor = oidc.App.Open();

        oidc.Ends(await OidcApp.EnterAsync(visitor), HttpStatusCode.BadRequest, Settings);
        Assert.Equal(1, oidc.App.Log.Count("error invalid_client"));
        oidc.HasNotFailed();
    }

    /// <summary>What strangers may send to the address that the provider answers to.</summary>
    public static TheoryData<string> Answers =>
    [
        "",
        "?",
        "?code=x",
        "?state=x",
        "?code=x&state=x",
        "?error=access_denied",
        "?error=access_denied&state=x",
        "?code=x&code=y&state=x&state=y",
        "?id_token=x&state=x",
        "?code=%00&state=%00",
        $"?code={new string('a', 9_000)}&state=x",
        "?error=%0D%0Aforged",
    ];

    [Theory]
    [MemberData(nameof(Answers))]
    public async Task An_answer_that_was_not_asked_for_is_told_as_one(string query)
    {
        var oidc = Fresh();
        using var visitor = oidc.App.Open();

        oidc.Ends(await OidcApp.FollowAsync(visitor, OidcModule.CallbackPath + query), HttpStatusCode.BadRequest, Stale);
        Assert.Equal(
            HttpStatusCode.SeeOther,
            (await visitor.PostAsync(OidcModule.CallbackPath, ("code", "x"), ("state", "y"))).Status);
        oidc.HasNotFailed();
    }

    [Fact]
    public async Task An_answer_in_another_browser_or_a_second_time_lets_nobody_in()
    {
        var oidc = Fresh();
        using var visitor = oidc.App.Open();
        using var other = oidc.App.Open();
        var asked = await visitor.GetAsync(OidcModule.Path);
        var answered = (await visitor.GetAsync(asked.Location!)).Location!;

        oidc.Ends(await OidcApp.FollowAsync(other, answered), HttpStatusCode.BadRequest, Stale);
        await AssertNobodyEnteredAsync(oidc, other);
        Assert.Equal(HttpStatusCode.OK, (await OidcApp.FollowAsync(visitor, answered)).Status);
        oidc.Ends(await OidcApp.FollowAsync(visitor, answered), HttpStatusCode.BadRequest, Stale);
    }

    [Fact]
    public async Task New_keys_are_found_without_a_restart_and_without_a_click()
    {
        await using var oidc = await OidcApp.StartAsync();
        using (var before = oidc.App.Open())
            oidc.Ends(await OidcApp.EnterAsync(before, "/admin/trail"), HttpStatusCode.OK);
        await oidc.Provider.ChangeKeyAsync();
        using var visitor = oidc.App.Open();

        var page = await OidcApp.EnterAsync(visitor, "/admin/trail");

        oidc.Ends(page, HttpStatusCode.OK);
        Assert.Equal("/admin/trail", page.From);
    }

    [Theory]
    [InlineData("mfa", null, null, null, false, true)]
    [InlineData("pwd", null, null, null, false, false)]
    [InlineData("", null, null, null, false, false)]
    [InlineData("otp", null, "otp", null, false, true)]
    [InlineData("mfa", null, "otp", null, false, false)]
    [InlineData("pwd", "gold", null, "gold", false, true)]
    [InlineData("mfa", "silver", null, "gold", false, false)]
    [InlineData("pwd", null, null, null, true, true)]
    public async Task Outside_Development_the_provider_has_to_say_that_it_asked_for_a_second_factor(
        string amr, string? acr, string? wantedAmr, string? wantedAcr, bool isAssumed, bool enters)
    {
        await using var oidc = await OidcApp.StartAsync(
        [
            .. OidcApp.Production,
            ("Admin:Oidc:SecondFactor:Amr:0", wantedAmr),
            ("Admin:Oidc:SecondFactor:Acr:0", wantedAcr),
            ("Admin:Oidc:SecondFactor:Assumed", isAssumed ? "true" : null),
        ]);
        oidc.Provider.Person = new ProviderPerson("ada", "desk") { Acr = acr, Amr = amr.Length == 0 ? [] : [amr] };
        using var visitor = oidc.App.Open();

        var page = await OidcApp.EnterAsync(visitor, "/admin/trail");

        oidc.Ends(page, enters ? HttpStatusCode.OK : HttpStatusCode.Forbidden, enters ? "<h1" : "Admin:Oidc:SecondFactor:Acr, :Amr");
        Assert.Equal(wantedAcr, oidc.Provider.Requests[^1].AcrValues);
        Assert.Equal(enters ? 0 : 1, oidc.App.Log.Count("did not say that it asked for a second factor"));
    }

    [Fact]
    public async Task A_name_that_is_too_long_for_the_trail_is_refused()
    {
        var oidc = Fresh();
        oidc.Provider.Person = new ProviderPerson(new string('a', 500), "desk");
        using var visitor = oidc.App.Open();

        oidc.Ends(await OidcApp.EnterAsync(visitor), HttpStatusCode.BadRequest, "too long for the trail");
        await AssertNobodyEnteredAsync(oidc, visitor);
    }

    private static async Task AssertNobodyEnteredAsync(OidcApp oidc, Visitor visitor)
    {
        Assert.Equal(HttpStatusCode.Found, (await visitor.GetAsync("/admin/trail")).Status);
        var subject = oidc.Provider.Person!.Subject;
        Assert.Equal(
            0,
            await oidc.App.WithAsync<AccountsContext, int>(database =>
                database.OidcSessions.CountAsync(row => row.EndedAt == null && row.Person.EndsWith(subject))));
    }

    // The tests of a class run one after the other.
    private OidcApp Fresh()
    {
        var oidc = shared.Oidc;
        oidc.Provider.Person = new ProviderPerson($"person-{Guid.NewGuid():N}", "desk-admins");
        oidc.Provider.Error = null;
        oidc.Provider.Forged.Clear();
        oidc.Provider.SetClock(TimeSpan.Zero);
        return oidc;
    }
}
