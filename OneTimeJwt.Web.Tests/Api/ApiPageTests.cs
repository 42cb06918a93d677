using System.Security.Cryptography;
using OneTimeJwt.E2E.Infrastructure;
using OneTimeJwt.Web.Site;
using OneTimeJwt.Web.Tests.Oidc;

namespace OneTimeJwt.Web.Tests.Api;

/// <summary>The page to try the API. What it does is looked at in a browser, by OneTimeJwt.E2E.</summary>
public sealed class ApiPageTests(ApiApp shared) : IClassFixture<ApiApp>
{
    private const string Library = "Swashbuckle.AspNetCore.SwaggerUI.dll";

    private static readonly string[] Files = ["", "/", "/index.html", "/index.js", "/swagger-ui-bundle.js", "/swagger-ui.css"];

    [Fact]
    public async Task In_Development_it_is_there_with_all_that_it_needs_and_as_hardened_as_every_page()
    {
        using var visitor = shared.App.Open();

        (await visitor.GetAsync(SitePath.ApiPage)).LeadsTo("api/index.html");
        foreach (var file in Files[2..])
        {
            var answer = await visitor.GetAsync(SitePath.ApiPage + file);
            Assert.Equal(HttpStatusCode.OK, answer.Status);
            Assert.Equal("nosniff", answer.Headers["X-Content-Type-Options"]);
            Assert.Equal("no-referrer", answer.Headers["Referrer-Policy"]);
            var policy = answer.Headers["Content-Security-Policy"];
            Assert.Contains("default-src 'none'", policy, StringComparison.Ordinal);
            Assert.Matches("script-src 'self' 'nonce-[^;' ]+'(;|$)", policy);
            Assert.DoesNotContain("unsafe", policy, StringComparison.Ordinal);
        }

        Assert.DoesNotContain("data:", (await visitor.GetAsync("/dev/inbox")).Headers["Content-Security-Policy"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Where_the_API_is_off_or_outside_Development_it_is_not_there()
    {
        await using var off = await TestApp.StartAsync();
        await using var production = await TestApp.StartAsync(
            OidcApp.Production.Append(("Api:Enabled", "true")).ToDictionary(setting => setting.Item1, setting => setting.Item2));
        foreach (var app in new[] { off, production })
        {
            using var visitor = app.Open();
            foreach (var file in Files)
                Assert.Equal(HttpStatusCode.NotFound, (await visitor.GetAsync(SitePath.ApiPage + file)).Status);
        }
    }

    [Theory]
    [InlineData("Development", true)]
    [InlineData("Production", false)]
    public async Task Its_library_is_loaded_in_Development_alone(string environment, bool isLoaded)
    {
        await using var data = await UnstartedApp.OnAsync(DatabaseProvider.Sqlite);
        var origin = $"http://localhost:{LocalPort.Free()}";
        var settings = OidcApp.Production.Where(setting => setting.Value is not null)
            .ToDictionary(setting => setting.Key, setting => setting.Value!);
        settings.Remove("environment");
        settings["ASPNETCORE_ENVIRONMENT"] = environment;
        settings["ConnectionStrings:Accounts"] = data.Database.ConnectionString;
        settings["Tokens:Secrets:0:Id"] = "test";
        settings["Tokens:Secrets:0:Value"] = Convert.ToBase64String(RandomNumberGenerator.GetBytes(32));
        settings["Api:Enabled"] = "true";

        await using var app = await AppProcess.StartAsync(
            "dotnet", Path.Combine(AppContext.BaseDirectory, "OneTimeJwt.Web.dll"), data.Folder, origin, settings);

        Assert.Equal(isLoaded, app.HasLoaded(Library));
        Assert.True(app.HasLoaded("Microsoft.AspNetCore.OpenApi.dll"));
    }
}
