using Microsoft.Extensions.Configuration;
using OneTimeJwt.Web.Api;

namespace OneTimeJwt.Web.Tests.Api;

public sealed class ApiSettingsTests
{
    private const string Issuer = "https://login.example.com";

    [Theory]
    [InlineData(null, null, false, null)]
    [InlineData(Issuer, "urn:recovery", false, null)]
    [InlineData("http://localhost:8080", "urn:recovery", true, null)]
    [InlineData("http://localhost:8080", "urn:recovery", false, "Api:Authority is not an https address")]
    [InlineData("login.example.com", "urn:recovery", false, "Api:Authority is not an https address")]
    [InlineData("file:///etc", "urn:recovery", true, "Api:Authority is not an https address")]
    [InlineData(Issuer, null, false, "Api:Audience is missing")]
    [InlineData(Issuer, " ", false, "Api:Audience is missing")]
    [InlineData(null, "urn:recovery", false, "Api:Authority is missing")]
    [InlineData(Issuer, "console", false, "Api:Audience is the ClientId of Admin:Oidc")]
    public void Each_fault_is_told_with_its_key(string? authority, string? audience, bool isDevelopment, string? told)
    {
        var configuration = new ConfigurationBuilder()
            .AddInMemoryCollection([new("Admin:Oidc:ClientId", "console")])
            .Build();
        using var environment = new TestHostEnvironment(isDevelopment ? "Development" : "Production");

        var result = new ApiSettingsValidator(environment, configuration)
            .Validate(null, new ApiSettings { Authority = authority, Audience = audience });

        if (told is null)
            Assert.True(result.Succeeded, result.FailureMessage);
        else
            Assert.Contains(told, Assert.Single(result.Failures!), StringComparison.Ordinal);
    }
}
