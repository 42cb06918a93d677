using System.Text.Json.Nodes;
using Microsoft.AspNetCore.WebUtilities;
using OneTimeJwt.Web.Oidc;
using OneTimeJwt.Web.Tests.Api;
using OneTimeJwt.Web.Tests.Site;

namespace OneTimeJwt.Web.Tests.Oidc;

/// <summary>The provider's people and programs, where the site is under a path of a host.</summary>
public sealed class OidcSubPathTests
{
    private const string Host = "https://www.example.com";
    private const string Path = "/recover";

    public static TheoryData<bool> Ways => [false, true];

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task Signing_in_and_out_at_the_provider_stays_under_the_path(bool strips)
    {
        await using var oidc = await StartAsync();
        using var visitor = new Visitor(Host, new PathProxy(oidc.App.Origin, Path, strips));
        using var provider = new Visitor(oidc.Provider.Origin);

        (await visitor.GetAsync($"{Path}/admin/trail")).LeadsTo($"{Path}/sign-in?returnUrl=%2Fadmin%2Ftrail");
        var begin = $"{Path}{OidcModule.Path}?returnUrl=%2Fadmin%2Ftrail";
        Assert.Contains(
            $"href=\"{begin}\"", (await visitor.GetAsync($"{Path}/sign-in?returnUrl=%2Fadmin%2Ftrail")).Body, StringComparison.Ordinal);
        var asked = await visitor.GetAsync(begin);
        Assert.True(asked.Location!.StartsWith(oidc.Provider.Origin, StringComparison.Ordinal), $"{asked.Location} {oidc.App.Log.All}");
        Assert.Equal(
            $"{Host}{Path}{OidcModule.CallbackPath}", QueryHelpers.ParseQuery(new Uri(asked.Location!).Query)["redirect_uri"]);
        Assert.Matches("__Secure-provider-state\\.[^;]+; expires=[^;]+; path=/recover; secure; samesite=lax; httponly", Cookies(asked));

        var entered = await visitor.GetAsync((await provider.GetAsync(asked.Location!)).Location!);
        entered.LeadsTo($"{Path}/admin/trail");
        Assert.Matches("__Secure-provider-recover=[^;]+; path=/recover; secure; samesite=lax; httponly", Cookies(entered));
        Assert.DoesNotContain("__Host-", Cookies(entered), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, (await visitor.GetAsync(entered.Location!)).Status);

        // After its hour it is asked again, and leads back to the page.
        oidc.App.Clock.Move(TimeSpan.FromMinutes(61));
        var again = await visitor.GetAsync($"{Path}/admin/trail");
        Assert.StartsWith(oidc.Provider.Origin, again.Location, StringComparison.Ordinal);
        (await visitor.GetAsync((await provider.GetAsync(again.Location!)).Location!)).LeadsTo($"{Path}/admin/trail");

        var left = await visitor.SubmitAsync(await visitor.GetAsync($"{Path}{OidcModule.SessionPath}"));
        var page = left.Headers["Refresh"].Split("url=")[1];
        Assert.Equal(
            $"{Host}{Path}{OidcModule.SignedOutPath}", QueryHelpers.ParseQuery(new Uri(page).Query)["post_logout_redirect_uri"]);
        (await visitor.GetAsync((await provider.GetAsync(page)).Location!.Split('?')[0])).LeadsTo($"{Path}/sign-in?returnUrl=%2Fadmin");
        Assert.Equal(HttpStatusCode.Found, (await visitor.GetAsync($"{Path}/admin/trail")).Status);
        oidc.HasNotFailed();
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task A_fault_and_a_logout_of_the_provider_are_told_under_the_path(bool strips)
    {
        await using var oidc = await StartAsync();
        using var visitor = new Visitor(Host, new PathProxy(oidc.App.Origin, Path, strips));
        using var provider = new Visitor(oidc.Provider.Origin);
        oidc.Provider.Person = new ProviderPerson("ada", "staff");
        var asked = await visitor.GetAsync($"{Path}{OidcModule.Path}");

        var refused = await visitor.GetAsync((await provider.GetAsync(asked.Location!)).Location!);

        Assert.StartsWith($"{Path}{OidcModule.ProblemPath}?fault=NoRole", refused.Location, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.Forbidden, (await visitor.GetAsync(refused.Location!)).Status);
        Assert.Equal(
            HttpStatusCode.OK,
            (await visitor.PostAsync($"{Path}{OidcModule.LogoutPath}", ("logout_token", oidc.Provider.LogoutToken()))).Status);
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task Programs_find_the_API_and_its_document_under_the_path(bool strips)
    {
        await using var oidc = await StartAsync(("Api:Enabled", "true"));
        using var made = await oidc.App.ProgramAsync(ConsoleRole.Support);
        using var program = new Visitor(Host, new PathProxy(oidc.App.Origin, Path, strips));
        using var request = new HttpRequestMessage(HttpMethod.Get, $"{Path}/api/v1/trail");
        request.Headers.Add("Authorization", $"Bearer {made.Key}");

        (await program.SendAsync(request)).Json();
        (await program.GetAsync($"{Path}/api/v1/trail")).IsProblem("unauthenticated", HttpStatusCode.Unauthorized);
        (await program.GetAsync($"{Path}/api/v1/nothing")).IsProblem("not-found", HttpStatusCode.NotFound);
        var document = JsonNode.Parse((await program.GetAsync($"{Path}/openapi/v1.json")).Body)!;
        Assert.Equal(Host + Path, document["servers"]![0]!["url"]!.GetValue<string>().TrimEnd('/'));
    }

    private static string Cookies(Answer answer) => answer.Headers["Set-Cookie"];

    private static Task<OidcApp> StartAsync(params (string Key, string? Value)[] settings) => OidcApp.StartAsync(
    [
        ("Recovery:PublicOrigin", Host + Path),
        ("Security:RequireHttps", "true"),
        ("Security:KnownProxies:0", "127.0.0.0/8"),
        ("Security:KnownProxies:1", "::1"),
        .. settings,
    ]);
}
