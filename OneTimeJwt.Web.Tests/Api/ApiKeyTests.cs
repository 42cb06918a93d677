using OneTimeJwt.Web.Admin;
using OneTimeJwt.Web.Tests.Admin;

namespace OneTimeJwt.Web.Tests.Api;

public sealed class ApiKeyTests(ApiApp shared) : IClassFixture<ApiApp>
{
    private readonly TestApp _app = shared.App;

    [Fact]
    public async Task A_key_is_shown_once_known_to_scanners_and_kept_as_a_hash()
    {
        using var desk = await _app.ProgramAsync(ConsoleRole.Support);

        Assert.Matches("^otj_[0-9a-f]{64}$", desk.Key);
        var rows = await _app.WithAsync<AccountsContext, List<ApiKey>>(database => database.ApiKeys.AsNoTracking().ToListAsync());
        Assert.Single(rows, row => row.Hash == ApiKey.HashOf(desk.Key));
        var trail = await _app.TrailAsync();
        var kept = System.Text.Json.JsonSerializer.Serialize((rows, trail));
        Assert.DoesNotContain(desk.Key[4..], kept, StringComparison.Ordinal);
        Assert.DoesNotContain(_app.Log.Lines, line => line.Contains(desk.Key[4..], StringComparison.Ordinal));
        Assert.Contains(
            trail,
            line => line.Kind == RecoveryEventKind.ApiKeyMade
                && line.Detail!.StartsWith("Desk robot, Support, until ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_key_ends_when_its_days_are_over()
    {
        await using var app = await TestApp.StartAsync(ApiApp.On);
        using var desk = await app.ProgramAsync(ConsoleRole.Support, days: 1);
        (await desk.GetAsync("/api/v1/trail")).Json();

        app.Clock.Move(TimeSpan.FromDays(1));

        (await desk.GetAsync("/api/v1/trail")).IsProblem("unauthenticated", HttpStatusCode.Unauthorized);
    }

    [Theory]
    [InlineData("127.0.0.0/8 ::1", true)]
    [InlineData("192.0.2.7, 127.0.0.1 ::1/128", true)]
    [InlineData("192.0.2.0/24", false)]
    public async Task A_key_works_from_its_networks_only(string networks, bool works)
    {
        using var desk = await _app.ProgramAsync(ConsoleRole.Support, networks: networks);

        Assert.Equal(works ? HttpStatusCode.OK : HttpStatusCode.Unauthorized, (await desk.GetAsync("/api/v1/trail")).Status);
    }

    [Fact]
    public async Task A_revoked_key_ends_at_once_on_every_node()
    {
        var admin = await _app.AddAdminAsync(ConsoleRole.Admin);
        await using var other = await TestApp.StartAsync(new() { ["Recovery:PublicOrigin"] = _app.Origin }, beside: _app);
        using var desk = await _app.ProgramAsync(ConsoleRole.Support);
        using var there = new ApiProgram(other.Origin, desk.Key);
        (await there.GetAsync("/api/v1/trail")).Json();
        var id = await IdOfAsync(desk);

        Assert.Null(await RevokeAsync(admin, id));

        (await desk.GetAsync("/api/v1/trail")).IsProblem("unauthenticated", HttpStatusCode.Unauthorized);
        (await there.ActAsync("x", "send-link")).IsProblem("unauthenticated", HttpStatusCode.Unauthorized);
        Assert.NotNull(await RevokeAsync(admin, id));
    }

    [Fact]
    public async Task What_a_key_does_is_judged_by_its_row_at_that_moment()
    {
        var admin = await _app.AddAdminAsync(ConsoleRole.Admin);
        using var desk = await _app.ProgramAsync(ConsoleRole.Support);
        var account = await _app.AddAccountAsync();
        var id = await IdOfAsync(desk);
        var user = new System.Security.Claims.ClaimsPrincipal(new MachineIdentity($"key:{id}", "Desk robot", ConsoleRole.Support, []));
        await RevokeAsync(admin, id);

        var outcome = await _app.WithAsync<AdminActions, AdminActionOutcome>(acts =>
            acts.DoAsync(user, new AdminActionRequest(AdminAction.RevokeLinks, account.Id, "late", Client: null)));

        Assert.Equal(AdminActionResult.Refused, outcome.Result);
    }

    [Theory]
    [InlineData(null)]
    [InlineData(ConsoleRole.Auditor)]
    [InlineData(ConsoleRole.Support)]
    public async Task Only_an_admin_makes_and_revokes_keys(ConsoleRole? role)
    {
        var who = await _app.AddAdminAsync(role);
        using var desk = await _app.ProgramAsync(ConsoleRole.Support);

        var (text, problem) = await _app.WithAsync<ApiKeys, (string?, string?)>(keys =>
            keys.MakeAsync(who.User, new NewApiKey("Mine", ConsoleRole.Admin, "", 1, "because"), client: null));
        var refusal = await RevokeAsync(who, await IdOfAsync(desk));

        Assert.Equal((null, true, true), (text, problem is not null, refusal is not null));
        (await desk.GetAsync("/api/v1/trail")).Json();
        Assert.Equal(
            ["API key made", "API key revoked"],
            (await _app.TrailAsync()).Where(line => line.Actor == who.Id && line.Kind == RecoveryEventKind.ActRefused)
                .Select(line => line.Detail!.Split(':')[0]));
    }

    [Theory]
    [InlineData("", "", 1, "x")]
    [InlineData("https://example.com", "", 1, "x")]
    [InlineData("Robot", "10.0.0.0/33", 1, "x")]
    [InlineData("Robot", "everywhere", 1, "x")]
    [InlineData("Robot", "", 0, "x")]
    [InlineData("Robot", "", 367, "x")]
    [InlineData("Robot", "", 1, " ")]
    public async Task What_makes_no_key_is_told(string name, string networks, int days, string reason)
    {
        var admin = await _app.AddAdminAsync(ConsoleRole.Admin);

        var (text, problem) = await _app.WithAsync<ApiKeys, (string?, string?)>(keys =>
            keys.MakeAsync(admin.User, new NewApiKey(name, ConsoleRole.Support, networks, days, reason), client: null));

        Assert.Equal((null, true), (text, problem is not null));
    }

    [Fact]
    public async Task Its_last_use_is_written_at_most_once_a_minute()
    {
        await using var app = await TestApp.StartAsync(ApiApp.On);
        using var desk = await app.ProgramAsync(ConsoleRole.Auditor);
        var hash = ApiKey.HashOf(desk.Key);
        Task<DateTimeOffset?> LastAsync() => app.WithAsync<AccountsContext, DateTimeOffset?>(database =>
            database.ApiKeys.Where(key => key.Hash == hash).Select(key => key.LastUsedAt).SingleAsync());
        Assert.Null(await LastAsync());

        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => desk.GetAsync("/api/v1/trail")));
        var first = await LastAsync();
        app.Clock.Move(TimeSpan.FromSeconds(40));
        await desk.GetAsync("/api/v1/trail");
        Assert.Equal((true, first), (first is not null, await LastAsync()));

        app.Clock.Move(TimeSpan.FromSeconds(40));
        await desk.GetAsync("/api/v1/trail");
        Assert.True(await LastAsync() > first);
    }

    private Task<string?> RevokeAsync(Member who, Guid id) =>
        _app.WithAsync<ApiKeys, string?>(keys => keys.RevokeAsync(who.User, id, "not needed", client: null));

    private Task<Guid> IdOfAsync(ApiProgram program)
    {
        var hash = ApiKey.HashOf(program.Key);
        return _app.WithAsync<AccountsContext, Guid>(database =>
            database.ApiKeys.Where(key => key.Hash == hash).Select(key => key.Id).SingleAsync());
    }
}
