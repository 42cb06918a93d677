using System.Diagnostics.CodeAnalysis;
using System.Security.Claims;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Authorization;
using Microsoft.AspNetCore.Components.Server;
using Microsoft.IdentityModel.Tokens;
using OneTimeJwt.Web.Oidc;
using OneTimeJwt.Web.SignIn;

namespace OneTimeJwt.Web.Tests.Oidc;

public sealed class BackChannelLogoutTests(OidcSignInTests.Shared shared) : IClassFixture<OidcSignInTests.Shared>
{
    private readonly OidcApp _oidc = shared.Oidc;
    private readonly TestApp _app = shared.Oidc.App;
    private readonly OpenProvider _provider = shared.Oidc.Provider;

    /// <summary>OpenID Connect Back-Channel Logout 1.0, section 2.6: what each rule refuses.</summary>
    public static TheoryData<string> Refused => [.. Faults.Keys];

    [SuppressMessage("Performance", "CA1859", Justification = "A table.")]
    private static readonly Dictionary<string, Func<OpenProvider, string>> Faults = new()
    {
        ["another issuer"] = provider => provider.LogoutToken(new() { ["iss"] = "https://evil.example/" }),
        ["no issuer"] = provider => provider.LogoutToken(new() { ["iss"] = null }),
        ["another audience"] = provider => provider.LogoutToken(new() { ["aud"] = "another" }),
        ["no audience"] = provider => provider.LogoutToken(new() { ["aud"] = null }),
        ["expired"] = provider => provider.LogoutToken(new() { ["exp"] = Seconds(-300) }),
        ["no expiry"] = provider => provider.LogoutToken(new() { ["exp"] = null }),
        ["no time of issue"] = provider => provider.LogoutToken(new() { ["iat"] = null }),
        ["of the future"] = provider => provider.LogoutToken(new() { ["iat"] = Seconds(600), ["exp"] = Seconds(900) }),
        ["old"] = provider => provider.LogoutToken(new() { ["iat"] = Seconds(-3600) }),
        ["no id"] = provider => provider.LogoutToken(new() { ["jti"] = null }),
        ["nobody"] = provider => provider.LogoutToken(new() { ["sub"] = null }),
        ["no event"] = provider => provider.LogoutToken(new() { ["events"] = null }),
        ["another event"] = provider => provider.LogoutToken(new() { ["events"] = new Dictionary<string, object> { ["x"] = 1 } }),
        ["an event that is text"] = provider => provider.LogoutToken(new() { ["events"] = "logout" }),
        ["a nonce"] = provider => provider.LogoutToken(new() { ["nonce"] = "x" }),
        ["another key"] = provider => provider.LogoutToken(key: OpenProvider.NewKey()),
        ["signed with the client's secret"] = provider => provider.LogoutToken(algorithm: SecurityAlgorithms.HmacSha256),
        ["not signed"] = provider => provider.LogoutToken(algorithm: SecurityAlgorithms.None),
        ["an ID token"] = provider => provider.Secrets.First(secret => secret.Split('.').Length == 3),
        ["no token"] = _ => "x",
        ["nothing"] = _ => "",
        ["a large one"] = _ => new string('a', 20_000),
    };

    [Theory]
    [MemberData(nameof(Refused))]
    public async Task A_token_that_is_none_ends_nothing(string fault)
    {
        _provider.Person = new ProviderPerson($"person-{Guid.NewGuid():N}", "desk");
        using var visitor = _app.Open();
        await OidcApp.EnterAsync(visitor, "/admin/trail");

        var answer = await PostAsync(_app, Faults[fault](_provider));

        Assert.Equal(HttpStatusCode.BadRequest, answer.Status);
        Assert.Equal("no-store", answer.Headers["Cache-Control"]);
        Assert.Equal(HttpStatusCode.OK, (await visitor.GetAsync("/admin/trail")).Status);
        _oidc.HasNotFailed();
    }

    [Theory]
    [InlineData("sub", true)]
    [InlineData("sid", true)]
    [InlineData("sub sid", true)]
    [InlineData("another sub", false)]
    [InlineData("another sid", false)]
    [InlineData("sub another-sid", false)]
    public async Task It_ends_the_sessions_that_it_names_and_no_others(string named, bool isOver)
    {
        var sid = Guid.NewGuid().ToString();
        _provider.Person = new ProviderPerson($"person-{Guid.NewGuid():N}", "desk") { Sid = sid };
        using var visitor = _app.Open();
        await OidcApp.EnterAsync(visitor, "/admin/trail");

        var answer = await PostAsync(_app, _provider.LogoutToken(named switch
        {
            "sub" => [],
            "sid" => new() { ["sub"] = null, ["sid"] = sid },
            "sub sid" => new() { ["sid"] = sid },
            "another sub" => new() { ["sub"] = "another" },
            "another sid" => new() { ["sub"] = null, ["sid"] = "another" },
            _ => new() { ["sid"] = "another" },
        }));

        Assert.Equal(HttpStatusCode.OK, answer.Status);
        Assert.Equal(isOver ? HttpStatusCode.Found : HttpStatusCode.OK, (await visitor.GetAsync("/admin/trail")).Status);
        // Not asked again unseen: whoever was signed out signs in.
        if (isOver)
            (await visitor.GetAsync("/admin/trail")).LeadsTo("/sign-in?returnUrl=%2Fadmin%2Ftrail");
    }

    [Fact]
    public async Task A_token_that_comes_again_ends_no_newer_session()
    {
        _provider.Person = new ProviderPerson($"person-{Guid.NewGuid():N}", "desk");
        var token = _provider.LogoutToken();
        Assert.Equal(HttpStatusCode.OK, (await PostAsync(_app, token)).Status);
        _app.Clock.Move(TimeSpan.FromSeconds(2));
        using var visitor = _app.Open();
        await OidcApp.EnterAsync(visitor, "/admin/trail");

        Assert.Equal(HttpStatusCode.OK, (await PostAsync(_app, token)).Status);

        Assert.Equal(HttpStatusCode.OK, (await visitor.GetAsync("/admin/trail")).Status);
        Assert.Equal(1, await _app.WithAsync<AccountsContext, int>(database =>
            database.OidcLogouts.CountAsync(row => row.Person == $"{_provider.Issuer} {_provider.Person.Subject}")));
    }

    [Fact]
    public async Task Twenty_at_once_over_two_nodes_are_one_and_end_the_session_on_both()
    {
        _provider.Person = new ProviderPerson($"person-{Guid.NewGuid():N}", "desk");
        using var visitor = _app.Open();
        await OidcApp.EnterAsync(visitor, "/admin/trail");
        await using var other = await TestApp.StartAsync(new() { ["Recovery:PublicOrigin"] = _app.Origin }, beside: _app);
        using var there = new Visitor(other.Origin);
        there.Keep(visitor);
        Assert.Equal(HttpStatusCode.OK, (await there.GetAsync("/admin/trail")).Status);
        var token = _provider.LogoutToken();

        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(i => PostAsync(i % 2 == 0 ? _app : other, token)));

        Assert.All(answers, answer => Assert.Equal(HttpStatusCode.OK, answer.Status));
        Assert.Equal(HttpStatusCode.Found, (await there.GetAsync("/admin/trail")).Status);
    }

    [Fact]
    public async Task An_open_page_on_another_node_ends_at_once_and_asks_its_own_address()
    {
        var person = new ProviderPerson($"person-{Guid.NewGuid():N}", "desk");
        _provider.Person = person;
        var user = await _oidc.UserAsync(person);
        await using var other = await TestApp.StartAsync(new() { ["Recovery:PublicOrigin"] = _app.Origin }, beside: _app);
        var browser = new Browser();
        using var circuit = await OpenAsync(other, user, browser);
        Assert.Equal($"{_provider.Issuer} {person.Subject}", circuit.Session?.Owner);

        await PostAsync(_app, _provider.LogoutToken());

        Assert.Equal("http://localhost/admin/trail", await browser.SentToAsync());
    }

    [Fact]
    public async Task An_open_page_whose_hour_is_over_asks_again()
    {
        await using var oidc = await OidcApp.StartAsync();
        var browser = new Browser();
        using var circuit = await OpenAsync(oidc.App, await oidc.UserAsync(oidc.Provider.Person!), browser);
        oidc.App.Clock.Move(TimeSpan.FromMinutes(61));

        Assert.Equal("http://localhost/admin/trail", await browser.SentToAsync());
    }

    [Fact]
    public async Task A_flood_of_others_tokens_is_refused_and_the_providers_own_still_count()
    {
        await using var oidc = await OidcApp.StartAsync(("RateLimits:PerClient:Permits", "30"));
        using var visitor = oidc.App.Open();
        await OidcApp.EnterAsync(visitor, "/admin/trail");
        var stranger = OpenProvider.NewKey();
        var answers = new List<HttpStatusCode>();
        for (var i = 0; i < 40; i++)
            answers.Add((await PostAsync(oidc.App, oidc.Provider.LogoutToken(key: stranger))).Status);
        Assert.Equal(HttpStatusCode.TooManyRequests, answers[^1]);

        Assert.Equal(HttpStatusCode.OK, (await PostAsync(oidc.App, oidc.Provider.LogoutToken())).Status);
    }

    [Fact]
    public async Task Tokens_of_strangers_wait_for_new_keys_once_and_not_one_after_another()
    {
        await using var oidc = await OidcApp.StartAsync();
        var provider = oidc.App.Services.GetRequiredService<OidcProvider>();
        var cancellation = TestContext.Current.CancellationToken;
        var atOnce = Enumerable.Range(0, 5).Select(_ => provider.RefreshKeysAsync(cancellation)).ToArray();

        Assert.All(await Task.WhenAll(atOnce), found => Assert.False(found));
        Assert.True(provider.RefreshKeysAsync(cancellation).IsCompletedSuccessfully);
    }

    [Fact]
    public async Task A_token_that_is_signed_with_a_new_key_counts()
    {
        await using var oidc = await OidcApp.StartAsync();
        using var visitor = oidc.App.Open();
        await OidcApp.EnterAsync(visitor, "/admin/trail");
        await oidc.Provider.ChangeKeyAsync();

        Assert.Equal(HttpStatusCode.OK, (await PostAsync(oidc.App, oidc.Provider.LogoutToken())).Status);
        Assert.Equal(HttpStatusCode.Found, (await visitor.GetAsync("/admin/trail")).Status);
    }

    [Fact]
    public async Task Where_its_keys_cannot_be_had_the_provider_is_asked_to_come_again()
    {
        await using var oidc = await OidcApp.StartAsync();
        await oidc.Provider.StopAsync();

        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await PostAsync(oidc.App, oidc.Provider.LogoutToken())).Status);
    }

    private static long Seconds(int fromNow) => DateTimeOffset.UtcNow.AddSeconds(fromNow).ToUnixTimeSeconds();

    private static async Task<Answer> PostAsync(TestApp app, string token)
    {
        using var provider = app.Open();
        return await provider.PostAsync(OidcModule.LogoutPath, ("logout_token", token));
    }

    private static async Task<SessionCircuit> OpenAsync(TestApp app, ClaimsPrincipal user, Browser browser)
    {
        var authentication = new ServerAuthenticationStateProvider();
        authentication.SetAuthenticationState(Task.FromResult(new AuthenticationState(user)));
        var circuit = ActivatorUtilities.CreateInstance<SessionCircuit>(app.Services, authentication, browser);
        await circuit.OnCircuitOpenedAsync(null!, TestContext.Current.CancellationToken);
        return circuit;
    }

    private sealed class Browser : NavigationManager
    {
        private readonly TaskCompletionSource<string> _sentTo = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Browser() => Initialize("http://localhost/", "http://localhost/admin/trail");

        public Task<string> SentToAsync() => _sentTo.Task.WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);

        protected override void NavigateToCore(string uri, NavigationOptions options) => _sentTo.TrySetResult(uri);
    }
}
