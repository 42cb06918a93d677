using System.Security.Cryptography;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using OneTimeJwt.Web.Tests.Oidc;

namespace OneTimeJwt.Web.Tests.Api;

/// <summary>Bearer tokens of the provider that the settings name.</summary>
public sealed class ApiTokenTests : IAsyncLifetime
{
    private const string Audience = "urn:recovery";
    private const string Campaign = "recovery.campaign";

    private Issuer _issuer = null!;
    private TestApp _app = null!;

    public async ValueTask InitializeAsync()
    {
        _issuer = await Issuer.StartAsync();
        _app = await TestApp.StartAsync(
            new(ApiApp.On) { ["Api:Authority"] = _issuer.Address, ["Api:Audience"] = Audience });
    }

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        await _issuer.DisposeAsync();
    }

    public static TheoryData<string, string, int, int, int> Scopes => new()
    {
        { "scope", "", 403, 403, 403 },
        { "scope", "openid recovery.trail", 200, 403, 403 },
        { "scope", "recovery.read", 200, 200, 403 },
        { "scope", "recovery.act", 403, 403, 200 },
        { "scope", "recovery.read recovery.act", 200, 200, 200 },
        { "scp", "recovery.read", 200, 200, 403 },
        { "roles", "recovery.read", 200, 200, 403 },
        { "scope", "recovery.reading recovery", 403, 403, 403 },
        { "groups", "recovery.read", 403, 403, 403 },
    };

    [Theory]
    [MemberData(nameof(Scopes))]
    public async Task Scopes_say_what_a_token_may(string claim, string scopes, int trail, int read, int act)
    {
        using var program = Program(_issuer.Token(claims: new() { [claim] = scopes }));
        var account = await _app.AddAccountAsync();

        Assert.Equal(
            (trail, read, act),
            (
                (int)(await program.GetAsync("/api/v1/trail")).Status,
                (int)(await program.GetAsync($"/api/v1/accounts/{account.Id}")).Status,
                (int)(await program.ActAsync(account.Id, "revoke-links")).Status));
    }

    [Theory]
    [InlineData("recovery.act", false)]
    [InlineData($"recovery.act {Campaign}", true)]
    public async Task Its_acts_are_judged_as_support_s_or_with_campaigns_as_an_admin_s(string scopes, bool may)
    {
        using var program = Program(_issuer.Token(claims: new() { ["scope"] = scopes, ["client_id"] = "desk-bot" }));
        var account = await _app.AddAccountAsync();

        var answer = await program.ActAsync(account.Id, "lock");

        Assert.Equal(may ? HttpStatusCode.OK : HttpStatusCode.Forbidden, answer.Status);
        var line = Assert.Single(await _app.TrailAsync(account.Id));
        Assert.Equal(($"token:{_issuer.Address} client-7", "desk-bot"), (line.Actor, line.ActorName));
    }

    public static TheoryData<string> Wrong =>
    [
        "audience", "issuer", "expired", "not yet", "no expiry", "other key", "hs256 with the public key", "none", "no subject",
        "long subject",
    ];

    [Theory]
    [MemberData(nameof(Wrong))]
    public async Task What_the_provider_did_not_say_of_a_program_of_ours_is_not_believed(string what)
    {
        var token = _issuer.Wrong(what);
        using var program = Program(token);

        (await program.GetAsync("/api/v1/trail")).IsProblem("unauthenticated", HttpStatusCode.Unauthorized);

        if (token.Split('.')[2] is { Length: > 0 } signature)
            Assert.DoesNotContain(_app.Log.Lines, line => line.Contains(signature, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_key_that_the_provider_changed_is_fetched()
    {
        using (var before = Program(_issuer.Token()))
            (await before.GetAsync("/api/v1/trail")).Json();
        _issuer.ChangeKey();
        // The library asks the provider again at most every five minutes by its own clock, and once at once.
        using var after = Program(_issuer.Token());
        (await Eventually.Async(() => after.GetAsync("/api/v1/trail"), answer => answer.Status == HttpStatusCode.OK)).Json();
    }

    [Fact]
    public async Task A_provider_that_is_away_is_no_fault_of_the_program_and_keys_work_on()
    {
        await using var app = await TestApp.StartAsync(
            new(ApiApp.On) { ["Api:Authority"] = "http://127.0.0.1:9", ["Api:Audience"] = Audience });
        using var program = new ApiProgram(app.Origin, _issuer.Token());
        using var desk = await app.ProgramAsync(ConsoleRole.Auditor);

        var answer = await program.GetAsync("/api/v1/trail");

        answer.IsProblem("unavailable", HttpStatusCode.ServiceUnavailable);
        Assert.Equal("30", answer.Headers["Retry-After"]);
        (await desk.GetAsync("/api/v1/trail")).Json();
    }

    [Fact]
    public async Task A_provider_that_takes_connections_and_says_nothing_holds_nobody_up_for_long()
    {
        using var silent = new System.Net.Sockets.TcpListener(IPAddress.Loopback, port: 0);
        silent.Start();
        await using var app = await TestApp.StartAsync(
            new(ApiApp.On) { ["Api:Authority"] = $"http://{silent.LocalEndpoint}", ["Api:Audience"] = Audience });
        using var program = new ApiProgram(app.Origin, _issuer.Token());
        var since = System.Diagnostics.Stopwatch.StartNew();

        (await program.GetAsync("/api/v1/trail")).IsProblem("unavailable", HttpStatusCode.ServiceUnavailable);

        Assert.InRange(since.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(40));
    }

    /// <summary>Header and payload of tokens that nobody signed.</summary>
    [Theory]
    [MemberData(nameof(OidcAttackTests.Odd), MemberType = typeof(OidcAttackTests))]
    public async Task A_token_of_any_shape_is_no_fault(string header, string payload)
    {
        foreach (var end in new[] { ".AAAA", ".", ".AAAA.AAAA.AAAA", "" })
        {
            var token = $"{Base64UrlEncoder.Encode(header)}.{Base64UrlEncoder.Encode(payload)}{end}";
            using var program = Program(token);
            (await program.GetAsync("/api/v1/trail")).IsProblem("unauthenticated", HttpStatusCode.Unauthorized);
        }
    }

    private ApiProgram Program(string token) => new(_app.Origin, token);

    /// <summary>A provider with discovery and keys (OpenID Connect Discovery 1.0, section 4).</summary>
    private sealed class Issuer : IAsyncDisposable
    {
        // Making one takes a busy machine a second.
        private static readonly RSA First = RSA.Create(2048);

        private readonly WebApplication _server;
        private RsaSecurityKey _key = Of(First);

        private Issuer()
        {
            var builder = WebApplication.CreateSlimBuilder();
            builder.Logging.ClearProviders();
            builder.WebHost.UseUrls("http://127.0.0.1:0");
            _server = builder.Build();
            _server.MapGet("/.well-known/openid-configuration", () => new { issuer = Address, jwks_uri = $"{Address}/keys" });
            _server.MapGet("/keys", () => new { keys = new[] { PublicKey() } });
        }

        public string Address => _server.Urls.Single();

        public static async Task<Issuer> StartAsync()
        {
            var issuer = new Issuer();
            await issuer._server.StartAsync();
            return issuer;
        }

        public void ChangeKey() => _key = Made();

        public string Token(Dictionary<string, object>? claims = null, Action<SecurityTokenDescriptor>? shape = null)
        {
            var token = new SecurityTokenDescriptor
            {
                Issuer = Address,
                Audience = Audience,
                Claims = new Dictionary<string, object>(claims ?? new() { ["scope"] = "recovery.trail" }),
                Expires = DateTime.UtcNow.AddMinutes(5),
                SigningCredentials = new SigningCredentials(_key, SecurityAlgorithms.RsaSha256),
            };
            token.Claims.TryAdd("sub", "client-7");
            shape?.Invoke(token);
            return new JsonWebTokenHandler { SetDefaultTimesOnTokenCreation = false }.CreateToken(token);
        }

        public string Wrong(string what) => what switch
        {
            "audience" => Token(shape: token => token.Audience = "urn:another"),
            "issuer" => Token(shape: token => token.Issuer = "https://login.example.com"),
            "expired" => Token(shape: token => token.Expires = DateTime.UtcNow.AddMinutes(-2)),
            "not yet" => Token(shape: token => token.NotBefore = DateTime.UtcNow.AddMinutes(2)),
            "no expiry" => Token(shape: token => token.Expires = null),
            "other key" => Token(shape: token =>
                token.SigningCredentials = new SigningCredentials(Made(_key.KeyId), SecurityAlgorithms.RsaSha256)),
            "hs256 with the public key" => Token(shape: token => token.SigningCredentials = new SigningCredentials(
                new SymmetricSecurityKey(_key.Rsa.ExportSubjectPublicKeyInfo()) { KeyId = _key.KeyId }, SecurityAlgorithms.HmacSha256)),
            "none" => Token(shape: token => token.SigningCredentials = null),
            "no subject" => Token(shape: token => token.Claims.Remove("sub")),
            _ => Token(shape: token => token.Claims["sub"] = new string('x', 450)),
        };

        public ValueTask DisposeAsync() => _server.DisposeAsync();

        private static RsaSecurityKey Made(string? id = null) => Of(RSA.Create(2048), id);

        private static RsaSecurityKey Of(RSA key, string? id = null) => new(key) { KeyId = id ?? Guid.NewGuid().ToString() };

        private object PublicKey()
        {
            var shown = new RsaSecurityKey(_key.Rsa.ExportParameters(false)) { KeyId = _key.KeyId };
            var key = JsonWebKeyConverter.ConvertFromRSASecurityKey(shown);
            return new { kty = key.Kty, kid = key.Kid, n = key.N, e = key.E, use = "sig", alg = "RS256" };
        }
    }
}
