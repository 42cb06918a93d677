using System.Security.Claims;
using Microsoft.Extensions.Options;
using OneTimeJwt.Web.Oidc;
using OneTimeJwt.Web.SignIn;

namespace OneTimeJwt.Web.Tests.Oidc;

/// <summary>The app and its provider, on one clock.</summary>
public sealed class OidcApp : IAsyncDisposable
{
    private OidcApp(TestApp app, OpenProvider provider) => (App, Provider) = (app, provider);

    public TestApp App { get; }

    public OpenProvider Provider { get; }

    private const string Public = "https://accounts.example.com";

    /// <summary>Where a second factor is needed.</summary>
    public static readonly (string Key, string? Value)[] Production =
    [
        ("environment", "Production"),
        ("Recovery:PublicOrigin", Public),
        ("Mail:Transport", "Smtp"),
        ("Mail:Smtp:Host", "localhost"),
        ("Mail:From", "no-reply@example.com"),
        ("Mail:Inbox:Directory", null),
        ("Security:RequireHttps", "false"),
        ("Database:MigrateOnStart", "true"),
    ];

    public static async Task<OidcApp> StartAsync(params (string Key, string? Value)[] settings)
    {
        var clock = new RunningClock();
        var provider = await OpenProvider.StartAsync(clock);
        return new OidcApp(await TestApp.StartAsync(provider.Settings(settings), clock: clock), provider);
    }

    /// <summary>As a browser that follows each redirect, through the provider and back.</summary>
    public static async Task<Answer> EnterAsync(Visitor visitor, string returnUrl = "/admin") =>
        await FollowAsync(visitor, $"{OidcModule.Path}?returnUrl={Uri.EscapeDataString(returnUrl)}");

    /// <returns>Where the redirects end, and its address.</returns>
    public static async Task<Answer> FollowAsync(Visitor visitor, string path)
    {
        var answer = await visitor.GetAsync(path);
        for (var hops = 0; answer.Location is { } next; hops++)
        {
            Assert.True(hops < 12, $"Redirected without an end, at last to {next}.");
            // As a proxy would that has the public origin.
            answer = await visitor.GetAsync(next.Replace(Public, "", StringComparison.Ordinal)) with { From = next };
        }

        return answer;
    }

    public static async Task<Answer> SignOutAsync(Visitor visitor) =>
        await visitor.SubmitAsync(await visitor.GetAsync(OidcModule.SessionPath));

    /// <summary>Another session of a person, as its cookie would have it.</summary>
    public async Task<ClaimsPrincipal> UserAsync(ProviderPerson person, string? sid = null)
    {
        var role = App.Services.GetRequiredService<IOptions<OidcSettings>>().Value.RoleOf(person.Roles);
        var told = new OidcPerson($"{Provider.Issuer} {person.Subject}", person.Name, role, sid, App.Clock.GetUtcNow().AddSeconds(-1));
        var session = await App.Services.GetRequiredService<OidcSessions>().BeginAsync(told);
        return OidcPrincipal.Of(Provider.Issuer, person.Subject, person.Name, session);
    }

    /// <summary>It came to that; otherwise the log says why not.</summary>
    public void Ends(Answer answer, HttpStatusCode status, string? with = null) => Assert.True(
        answer.Status == status && (with is null || answer.Body.Contains(with, StringComparison.Ordinal)),
        $"{(int)answer.Status} at {answer.From}: "
            + string.Join('\n', App.Log.Lines.Where(line => line.Contains(" OneTimeJwt.Web.Oidc", StringComparison.Ordinal)).TakeLast(5)));

    /// <summary>No exception reached the pipeline.</summary>
    public void HasNotFailed() => Assert.DoesNotContain(
        App.Log.Lines,
        line => line.Contains("ExceptionHandlerMiddleware", StringComparison.Ordinal)
            || line.StartsWith("Error OneTimeJwt", StringComparison.Ordinal)
            || line.StartsWith("Error Microsoft.AspNetCore", StringComparison.Ordinal));

    public async ValueTask DisposeAsync()
    {
        await App.DisposeAsync();
        await Provider.DisposeAsync();
    }
}
