using OneTimeJwt.Web.Admin;
using OneTimeJwt.Web.Oidc;
using OneTimeJwt.Web.SignIn;
using OneTimeJwt.Web.Tests.Admin;
using OneTimeJwt.Web.Tests.Api;

namespace OneTimeJwt.Web.Tests.Database;

/// <summary>How a database runs the queries of programs and of the provider's people.</summary>
public sealed class ProgramAndSessionPlanTests
{
    private const string Issuer = "https://login.example.com";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static TheoryData<DatabaseProvider> Providers => [.. AppOnEach.Providers];

    [Theory]
    [MemberData(nameof(Providers))]
    public async Task No_query_of_programs_and_sessions_reads_a_table_that_grows_from_end_to_end(DatabaseProvider provider)
    {
        await using var app = await TestApp.StartAsync(
            new(ApiApp.On)
            {
                ["Admin:Oidc:Authority"] = Issuer,
                ["Admin:Oidc:ClientId"] = "console",
                ["Admin:Oidc:ClientSecret"] = "not-a-secret-but-as-long-as-one",
                ["Admin:Oidc:Admins:0"] = "desk-admins",
            },
            provider: provider);
        using var queries = new QueryRecorder(app);
        await UseApiAsync(app);
        await UseSessionsAsync(app);

        var plans = await queries.ExplainAsync(Cancellation);

        foreach (var table in new[] { "RecoveryApiKeys", "RecoveryActAnswers", "RecoveryOidcSessions", "RecoveryOidcLogouts" })
            Assert.Contains(plans, plan => plan.Sql.Contains(table, StringComparison.Ordinal));
        Assert.True(
            !plans.Any(plan => plan.ReadsWhole),
            string.Join("\n\n", plans.Where(plan => plan.ReadsWhole).Select(plan => $"{plan.Sql}\n{plan.Text}")));
        // Each request of a program asks this.
        var byHash = Assert.Single(plans, plan => plan.Sql.Contains("\"Hash\" = @", StringComparison.Ordinal));
        Assert.Matches("IX_RecoveryApiKeys_Hash", byHash.Text);
    }

    private static async Task UseApiAsync(TestApp app)
    {
        using var robot = await app.ProgramAsync(ConsoleRole.Admin);
        var account = await app.AddAccountAsync();
        for (var i = 0; i < 2; i++)
            (await robot.ActAsync(account.Id, "revoke-links", once: "same")).Json();
        foreach (var path in new[]
        {
            "accounts?query=user-&limit=1", $"accounts/{account.Id}", $"trail?account={account.Email}&kind=linksKilled", "campaigns",
        })
            (await robot.GetAsync($"/api/v1/{path}")).Json();

        var admin = await app.AddAdminAsync(ConsoleRole.Admin);
        var keys = await app.WithAsync<ApiKeys, IReadOnlyList<ListedApiKey>>(made => made.AllAsync(Cancellation));
        await app.WithAsync<ApiKeys, string?>(made => made.RevokeAsync(admin.User, keys[0].Key.Id, "not needed", client: null));
        await app.Services.GetServices<Microsoft.Extensions.Hosting.IHostedService>().OfType<ActAnswerRetention>().Single()
            .SweepAsync(Cancellation);
    }

    private static async Task UseSessionsAsync(TestApp app)
    {
        var sessions = app.Services.GetRequiredService<OidcSessions>();
        var now = app.Clock.GetUtcNow();
        var person = new OidcPerson(OidcPrincipal.PersonOf(Issuer, "ada"), "Ada", ConsoleRole.Admin, "sid", now.AddSeconds(-2));
        var (one, other) = (await sessions.BeginAsync(person), await sessions.BeginAsync(person with { Sid = null }));
        Assert.Equal(OidcSessionState.Live, await sessions.StateAsync(one));
        Assert.Equal(2, (await sessions.LiveAsync([one, other, "nobody's"], Cancellation)).Count);
        await app.WithAsync<AccountsContext, OidcSession?>(database => sessions.LiveAsync(database, one));
        Assert.Equal(ConsoleRole.Admin, await LastRoleAsync());
        await sessions.LogOutAsync("jti", Issuer, "ada", "sid", now);
        Assert.Equal(OidcSessionState.Over, await sessions.StateAsync(one));
        await sessions.EndAsync(other);
        await sessions.RefuseAsync(person);
        Assert.Null(await LastRoleAsync());

        Task<ConsoleRole?> LastRoleAsync() => app.WithAsync<AccountsContext, ConsoleRole?>(database =>
            sessions.LastRoleAsync(database, person.Person));
    }
}
