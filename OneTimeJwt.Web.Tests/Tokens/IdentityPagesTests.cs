using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.Logging;

namespace OneTimeJwt.Web.Tests.Tokens;

/// <summary>A site that decodes the code of its links as the pages of the framework's templates do.</summary>
public sealed class IdentityPagesTests : IAsyncLifetime
{
    private const string Reset = "/Account/ResetPassword";

    private static readonly string Jwt = new Issuer().Mint();

    private readonly LogSink _log = new();
    private readonly Sender _sender = new();
    private WebApplication? _site;

    public static TheoryData<string, string, string> Codes => new()
    {
        { Reset, $"?code={Jwt}", Jwt },
        { Reset, $"?code={Wrap(Jwt)}", Jwt },
        { "/Identity" + Reset, $"?x=1&code={Jwt}&y=2", Jwt },
        { Reset + "/", $"?CODE={Jwt}", Jwt },
        { Reset, "", "none" },
        { Reset, "?code=", "" },
        { Reset, "?code=!!!", "none" },
        { Reset, "?code=a", "none" },
        { Reset, "?code=%00", "none" },
        { Reset, "?code=%E2%82", "none" },
        { Reset, $"?code={Jwt[..^1]}!", "none" },
        { Reset, $"?code={Jwt[..Jwt.LastIndexOf('.')]}", "none" },
        { Reset, $"?code={Jwt}{new string('a', 1024)}", "none" },
        { Reset, $"?code={Jwt}&code={Jwt}", "none" },
        { "/Account/ConfirmEmail", $"?userId=1&code={Wrap("CfDJ8/+=")}", "CfDJ8/+=" },
        { "/Account/ConfirmEmail", "?userId=1&code=!!!", "-" },
        { "/Account/ConfirmEmailChange", "?userId=1&email=a%40b.example&code=a", "-" },
        { "/Account/ConfirmEmailChange", "?userId=1&email=a%40b.example", "none" },
    };

    public async ValueTask InitializeAsync() => _site = await StartAsync(services => services.AddOneTimeLinks<IdentityUser>(Issuer.Origin));

    private async Task<WebApplication> StartAsync(Action<IServiceCollection> register)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders().SetMinimumLevel(LogLevel.Trace).AddProvider(_log);
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Configuration["Tokens:Secrets:0:Id"] = "2026a";
        builder.Configuration["Tokens:Secrets:0:Value"] = Convert.ToBase64String(
            System.Security.Cryptography.RandomNumberGenerator.GetBytes(32));
        builder.Services.AddSingleton<IEmailSender<IdentityUser>>(_sender);
        register(builder.Services);
        var site = builder.Build();
        site.Run(context =>
            context.Response.WriteAsync(
                context.Request.Query["code"] is { Count: > 0 } code
                    ? Encoding.UTF8.GetString(WebEncoders.Base64UrlDecode(code.ToString()))
                    : "none"));
        await site.StartAsync(TestContext.Current.CancellationToken);
        return site;
    }

    [Theory]
    [InlineData("links, then tokens")]
    [InlineData("tokens, then links")]
    [InlineData("tokens alone")]
    public async Task Taking_tokens_out_of_addresses_leaves_these_pages_their_code(string registered)
    {
        await using var site = await StartAsync(services =>
        {
            if (registered.StartsWith("links", StringComparison.Ordinal))
                services.AddOneTimeLinks<IdentityUser>(Issuer.Origin);
            services.AddTokenQuery();
            if (registered.EndsWith("links", StringComparison.Ordinal))
                services.AddOneTimeLinks<IdentityUser>(Issuer.Origin);
        });
        using var visitor = new Visitor(site.Urls.First());

        Assert.Equal("CfDJ8/+=", (await visitor.GetAsync($"/Account/ConfirmEmail?userId=1&code={Wrap("CfDJ8/+=")}")).Body);
        Assert.Equal(Jwt, (await visitor.GetAsync($"{Reset}?code={Wrap(Jwt)}")).Body);
        // The token itself, as it is mailed by those links; elsewhere it has no place in an address.
        Assert.Equal(registered == "tokens alone" ? "none" : Jwt, (await visitor.GetAsync($"{Reset}?code={Jwt}")).Body);
    }

    [Theory]
    [MemberData(nameof(Codes))]
    public async Task A_page_gets_a_code_that_it_can_decode_or_none(string path, string query, string expected)
    {
        using var visitor = new Visitor(_site!.Urls.First());

        var answer = await visitor.GetAsync(path + query);

        Assert.Equal((HttpStatusCode.OK, expected), (answer.Status, answer.Body));
    }

    [Theory]
    [InlineData("/signin-oidc?code=!!!", HttpStatusCode.InternalServerError)]
    [InlineData("/api/ResetPassword?code=a", HttpStatusCode.InternalServerError)]
    [InlineData("/signin-oidc?code=ZXlK", HttpStatusCode.OK)]
    public async Task Codes_of_other_pages_are_left_alone(string address, HttpStatusCode status)
    {
        using var visitor = new Visitor(_site!.Urls.First());

        Assert.Equal(status, (await visitor.GetAsync(address)).Status);
        Assert.Contains(
            _log.Lines,
            line => line.Contains(address[(address.IndexOf('=', StringComparison.Ordinal) + 1)..], StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_host_logs_no_token()
    {
        using var visitor = new Visitor(_site!.Urls.First());
        await visitor.GetAsync($"{Reset}?code={Jwt}&seen=1");
        await visitor.GetAsync($"{Reset}?code={Wrap(Jwt)}");

        Assert.Contains(
            _log.Lines,
            line => line.Contains("Request finished", StringComparison.Ordinal) && line.Contains("seen=1", StringComparison.Ordinal));
        Assert.DoesNotContain(
            _log.Lines,
            line => line.Contains(Jwt[^20..], StringComparison.Ordinal) || line.Contains(Wrap(Jwt)[^20..], StringComparison.Ordinal));
    }

    [Fact]
    public async Task Links_are_mailed_with_the_token_itself_and_others_as_they_are()
    {
        var sender = _site!.Services.GetRequiredService<IEmailSender<IdentityUser>>();
        var other = $"https://accounts.example.com/Account/ConfirmEmail?userId=1&amp;code={Wrap("CfDJ8/+=")}";
        await sender.SendPasswordResetLinkAsync(
            new IdentityUser(),
            "ada@example.com",
            $"https://accounts.example.com{Reset}?code={Wrap(Jwt)}");
        await sender.SendConfirmationLinkAsync(new IdentityUser(), "ada@example.com", other);
        await sender.SendPasswordResetCodeAsync(new IdentityUser(), "ada@example.com", "code");

        Assert.Equal([$"https://accounts.example.com{Reset}?code={Jwt}", other, "code"], _sender.Sent);
    }

    [Fact]
    public void The_templates_own_sender_stays_as_it_is_since_a_page_asks_for_its_type()
    {
        var services = WebApplication.CreateSlimBuilder().Services.AddSingleton<IEmailSender<IdentityUser>, IdentityNoOpEmailSender>();

        using var provider = services.AddOneTimeLinks<IdentityUser>(Issuer.Origin).BuildServiceProvider();

        Assert.IsType<IdentityNoOpEmailSender>(provider.GetRequiredService<IEmailSender<IdentityUser>>());
    }

    public async ValueTask DisposeAsync()
    {
        await _site!.DisposeAsync();
        _log.Dispose();
    }

    private static string Wrap(string token) => WebEncoders.Base64UrlEncode(Encoding.UTF8.GetBytes(token));

    private class Sender : IEmailSender<IdentityUser>
    {
        public List<string> Sent { get; } = [];

        public Task SendConfirmationLinkAsync(IdentityUser user, string email, string confirmationLink) => Keep(confirmationLink);

        public Task SendPasswordResetLinkAsync(IdentityUser user, string email, string resetLink) => Keep(resetLink);

        public Task SendPasswordResetCodeAsync(IdentityUser user, string email, string resetCode) => Keep(resetCode);

        private Task Keep(string sent)
        {
            Sent.Add(sent);
            return Task.CompletedTask;
        }
    }

    // Named as the template's.
    private sealed class IdentityNoOpEmailSender : Sender;
}
