using System.Text.RegularExpressions;
using OneTimeJwt.Web.Admin;
using OneTimeJwt.Web.Tests.Admin;

namespace OneTimeJwt.Web.Tests.Api;

/// <summary>The console's page of keys, as a browser without JavaScript uses it.</summary>
public sealed class ApiKeyPageTests(ApiApp shared) : IClassFixture<ApiApp>
{
    private readonly TestApp _app = shared.App;

    [Fact]
    public async Task An_admin_makes_a_key_sees_it_once_uses_it_and_revokes_it()
    {
        using var console = await EnterAsync(ConsoleRole.Admin);

        var made = await console.SubmitAsync(
            "/admin/keys", "/admin/keys",
            ("name", "Ticket <b>robot</b>"), ("role", "Support"), ("days", "30"), ("networks", ""), ("reason", "desk"));
        Assert.Equal(HttpStatusCode.OK, made.Status);
        var key = Regex.Match(made.Body, "otj_[0-9a-f]{64}").Value;
        using var program = new ApiProgram(_app.Origin, key);
        (await program.GetAsync("/api/v1/accounts?query=nobody")).Json();

        var list = (await console.GetAsync("/admin/keys")).Body;
        Assert.DoesNotContain("otj_", list, StringComparison.Ordinal);
        Assert.Contains("Ticket &lt;b&gt;robot&lt;/b&gt;", list, StringComparison.Ordinal);
        Assert.Contains("last used", list, StringComparison.Ordinal);
        var id = Regex.Match(list, "name=\"id\" value=\"([^\"]+)\"").Groups[1].Value;
        var revoked = await console.SubmitAsync("/admin/keys", "/admin/keys/revoke", ("id", id), ("reason", "desk is closed"));
        Assert.Contains("The key is revoked.", revoked.Body, StringComparison.Ordinal);
        (await program.GetAsync("/api/v1/trail")).IsProblem("unauthenticated", HttpStatusCode.Unauthorized);
    }

    [Theory]
    [InlineData("name", "", "A key needs a name")]
    [InlineData("days", "soon", "Choose between 1 and 366 days.")]
    [InlineData("networks", "everywhere", "The networks can’t be read")]
    [InlineData("reason", "", "Say why")]
    public async Task What_is_wrong_is_told_and_what_was_typed_stays(string field, string value, string problem)
    {
        using var console = await EnterAsync(ConsoleRole.Admin);
        (string Name, string Value)[] form =
        [
            ("name", "Typed name"), ("role", "Support"), ("days", "30"), ("networks", "10.0.0.0/8"), ("reason", "desk"),
        ];

        var answer = await console.SubmitAsync(
            "/admin/keys", "/admin/keys", [.. form.Select(entry => entry.Name == field ? (field, value) : entry)]);

        Assert.Equal(HttpStatusCode.UnprocessableEntity, answer.Status);
        Assert.Contains(problem, WebUtility.HtmlDecode(answer.Body), StringComparison.Ordinal);
        Assert.Contains(field == "name" ? "10.0.0.0/8" : "Typed name", answer.Body, StringComparison.Ordinal);
        Assert.DoesNotContain("otj_", answer.Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_role_that_there_is_not_is_no_role()
    {
        using var console = await EnterAsync(ConsoleRole.Admin);

        var answer = await console.SubmitAsync(
            "/admin/keys", "/admin/keys", ("name", "Robot"), ("role", "Owner"), ("days", "30"), ("reason", "desk"));

        Assert.Equal(HttpStatusCode.BadRequest, answer.Status);
    }

    [Theory]
    [InlineData(ConsoleRole.Auditor)]
    [InlineData(ConsoleRole.Support)]
    public async Task Nobody_else_sees_or_makes_keys(ConsoleRole role)
    {
        using var console = await EnterAsync(role);

        Assert.Equal(HttpStatusCode.Forbidden, (await console.GetAsync("/admin/keys")).Status);
        var made = await console.SubmitAsync(
            "/account", "/admin/keys", ("name", "Mine"), ("role", "Admin"), ("days", "30"), ("reason", "because"));
        Assert.Equal((HttpStatusCode.Forbidden, false), (made.Status, made.Body.Contains("otj_", StringComparison.Ordinal)));
    }

    private async Task<Visitor> EnterAsync(ConsoleRole role)
    {
        var visitor = _app.Open();
        var member = await _app.AddAdminAsync(role);
        (await visitor.SignInAsync(member.Account.Email!, Passwords.Old)).LeadsTo("/account");
        return visitor;
    }
}
