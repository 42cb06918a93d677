using Microsoft.Extensions.Configuration;
using OneTimeJwt.Web.Oidc;
using OneTimeJwt.Web.SignIn;

namespace OneTimeJwt.Web.Tests.Oidc;

public sealed class OidcSettingsTests
{
    public static TheoryData<string, string?, string?> Wrong => new()
    {
        { "Authority", null, "is not an address" },
        { "Authority", "login.example.com", "is not an address" },
        { "Authority", "http://login.example.com", "use https" },
        { "Authority", "https://login.example.com?x=1", "has a query" },
        { "Authority", "http://localhost:8080/realms/staff", null },
        { "Authority", "https://login.example.com/realms/staff/", null },
        { "ClientId", "", "ClientId is missing" },
        { "ClientSecret", null, "ClientSecret is missing" },
        { "ClientSecret", "short", "fewer than 22 characters" },
        { "Name", "", "Name is empty" },
        { "Name", "a\u202Eb", "Name is empty" },
        { "RoleClaim", " ", "RoleClaim is empty" },
        { "Admins:0", null, "nobody could enter" },
        { "Admins:0", "", "Admins:0 is empty" },
        { "Supports:0", "desk-admins", "Supports has a value that Admins has, too" },
        { "Auditors:1", "desk-admins", "Auditors has a value that Admins has, too" },
        { "Scopes:0", "groups email", "number each scope" },
        { "Scopes:0", "groups", null },
        { "SecondFactor:Amr:0", " ", "SecondFactor:Amr:0 is empty" },
        { "SecondFactor:Acr:0", "a b", "number each value" },
        { "AskAgainAfter", "02:00:00", "choose between 00:05:00 and 01:00:00" },
        { "AskAgainAfter", "00:15:00", null },
    };

    [Theory]
    [MemberData(nameof(Wrong))]
    public void Each_fault_is_told_with_its_key_and_what_to_write(string key, string? value, string? told)
    {
        var settings = new Dictionary<string, string?>
        {
            ["Authority"] = "https://login.example.com",
            ["ClientId"] = "console",
            ["ClientSecret"] = "not-a-secret-but-as-long-as-one",
            ["Admins:0"] = "desk-admins",
            [key] = value,
        };
        var bound = new OidcSettings();
        new ConfigurationBuilder()
            .AddInMemoryCollection(settings.Where(setting => setting.Value is not null))
            .Build()
            .Bind(bound);

        var result = new OidcSettingsValidator().Validate(null, bound);

        if (told is null)
            Assert.True(result.Succeeded, result.FailureMessage);
        else
            Assert.Contains(told, Assert.Single(result.Failures!), StringComparison.Ordinal);
        Assert.All(result.Failures ?? [], fault => Assert.StartsWith("Admin:Oidc:", fault, StringComparison.Ordinal));
        Assert.DoesNotContain("short", result.FailureMessage ?? "", StringComparison.Ordinal);
    }

    [Fact]
    public void A_section_without_anything_right_is_told_all_at_once() =>
        Assert.Equal(4, new OidcSettingsValidator().Validate(null, new OidcSettings()).Failures!.Count());

    [Theory]
    [InlineData("true", false, true)]
    [InlineData("false", false, false)]
    [InlineData("false", true, true)]
    public void Without_accounts_and_without_a_provider_nobody_could_enter(string local, bool hasProvider, bool isRight)
    {
        var configuration = new ConfigurationBuilder()
            .AddInMemoryCollection(hasProvider ? [new("Admin:Oidc:Authority", "https://login.example.com")] : [])
            .Build();

        var result = new ConsoleSettingsValidator(configuration).Validate(null, new ConsoleSettings { Local = bool.Parse(local) });

        Assert.Equal(isRight, result.Succeeded);
    }

    [Fact]
    public async Task Where_no_provider_is_set_nothing_of_it_is_there()
    {
        await using var app = await TestApp.StartAsync();
        using var visitor = app.Open();

        foreach (var path in new[] { OidcModule.Path, OidcModule.CallbackPath, OidcModule.SessionPath, OidcModule.ProblemPath })
            Assert.Equal(HttpStatusCode.NotFound, (await visitor.GetAsync(path)).Status);
        Assert.Null(app.Services.GetService<OidcSessions>());
        Assert.Null(await app.Services.GetRequiredService<Microsoft.AspNetCore.Authentication.IAuthenticationSchemeProvider>()
            .GetSchemeAsync(OidcModule.Session));
    }

    [Fact]
    public async Task The_app_starts_while_the_provider_is_away()
    {
        await using var app = await TestApp.StartAsync(new()
        {
            ["Admin:Oidc:Authority"] = "http://localhost:1",
            ["Admin:Oidc:ClientId"] = "console",
            ["Admin:Oidc:ClientSecret"] = "not-a-secret-but-as-long-as-one",
            ["Admin:Oidc:Admins:0"] = "desk-admins",
        });
        using var visitor = app.Open();

        Assert.Contains(
            "Sign in with localhost", (await visitor.GetAsync("/sign-in?returnUrl=%2Fadmin")).Body, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, (await visitor.GetAsync("/health/ready")).Status);
    }
}
