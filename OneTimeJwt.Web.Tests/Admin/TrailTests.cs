using OneTimeJwt.Web.Links;

namespace OneTimeJwt.Web.Tests.Admin;

public sealed class TrailTests(SharedApp shared) : IClassFixture<SharedApp>
{
    private readonly TestApp _app = shared.App;

    [Fact]
    public async Task One_nonce_tells_the_whole_story_of_a_link_and_a_second_use_is_called_a_replay()
    {
        var account = await _app.AddAccountAsync();
        var link = await _app.LinkForAsync(account);
        using var visitor = _app.Open();
        Assert.True((await visitor.RedeemAsync(link, Passwords.New)).PasswordChanged);
        for (var i = 0; i < 3; i++)
            (await visitor.GetAsync(link)).IsRefusedAs("spent");

        var lines = await _app.TrailAsync(account.Id, RecoveryEventKind.Mailed);
        var nonce = lines.Single(line => line.Kind == RecoveryEventKind.Redeemed).Nonce;
        Assert.Equal(
            ["Mailed", "Opened", "Redeemed", "Refused replayed"],
            lines.Where(line => line.Nonce == nonce).Select(line => $"{line.Kind} {line.Detail}".Trim()));
        Assert.All(lines, line => Assert.Equal(TimeSpan.Zero, line.At.Offset));
        Assert.All(
            lines.Where(line => line.Nonce == nonce && line.Kind != RecoveryEventKind.Mailed),
            line => Assert.Equal("127.0.0.1", line.Client!.Replace("::1", "127.0.0.1", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_refusal_says_why()
    {
        var account = await _app.AddAccountAsync();
        var (older, newer) = (await _app.LinkForAsync(account), await _app.LinkForAsync(account));
        using var visitor = _app.Open();
        Assert.True((await visitor.RedeemAsync(newer, Passwords.New)).PasswordChanged);
        (await visitor.GetAsync(older)).IsRefusedAs("spent");
        _app.Clock.Move(TimeSpan.FromHours(1));
        (await visitor.GetAsync(older)).IsRefusedAs("expired");
        _app.Clock.Move(-TimeSpan.FromHours(1));

        var refused = (await _app.TrailAsync(account.Id)).Where(line => line.Kind == RecoveryEventKind.Refused);
        Assert.Equal(["expired", "spent"], refused.Select(line => line.Detail).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Unproven_links_are_counted_by_reason_and_leave_one_line_however_many_there_are()
    {
        await using var app = await TestApp.StartAsync();
        using var visitor = app.Open();
        var link = await app.LinkForAsync(await app.AddAccountAsync());
        var segments = link.Split("token=")[1].Split('.');
        for (var i = 0; i < 40; i++)
            (await visitor.GetAsync("/reset-password?token=nothing")).IsRefusedAs("invalid");
        for (var i = 0; i < 3; i++)
            (await visitor.GetAsync($"/reset-password?token={segments[0]}x.{segments[1]}.{segments[2]}")).IsRefusedAs("invalid");

        await app.Services.GetRequiredService<LinkAudit>().SummariseAsync(TestContext.Current.CancellationToken);

        var line = Assert.Single(
            await app.TrailAsync(),
            line => line.Kind is RecoveryEventKind.RefusedUnproven or RecoveryEventKind.Refused);
        Assert.Equal("malformed: 40, forged: 3", line.Detail);
    }

    [Fact]
    public async Task What_was_counted_of_unproven_links_is_written_down_at_shutdown()
    {
        var other = await TestApp.StartAsync(new() { ["Recovery:PublicOrigin"] = _app.Origin }, beside: _app);
        using var visitor = other.Open();
        for (var i = 0; i < 3; i++)
            (await visitor.GetAsync("/reset-password?token=nothing")).IsRefusedAs("invalid");

        await other.DisposeAsync();

        Assert.Equal("malformed: 3", Assert.Single(await _app.TrailAsync(), line => line.Kind == RecoveryEventKind.RefusedUnproven).Detail);
    }

    [Fact]
    public async Task What_could_not_be_written_down_of_unproven_links_counts_towards_the_next_line()
    {
        await using var app = await TestApp.StartAsync(provider: DatabaseProvider.Sqlite);
        var trail = app.Services.GetRequiredService<LinkAudit>();
        using var visitor = app.Open();
        (await visitor.GetAsync("/reset-password?token=nothing")).IsRefusedAs("invalid");
        await HostWrites.SqlAsync(app, "CREATE TRIGGER refuse BEFORE INSERT ON RecoveryTrail BEGIN SELECT RAISE(ABORT, 'not now'); END");
        await Assert.ThrowsAsync<DbUpdateException>(() => trail.SummariseAsync(TestContext.Current.CancellationToken));
        await HostWrites.SqlAsync(app, "DROP TRIGGER refuse");
        (await visitor.GetAsync("/reset-password?token=nothing")).IsRefusedAs("invalid");

        await trail.SummariseAsync(TestContext.Current.CancellationToken);

        Assert.Equal("malformed: 2", Assert.Single(await app.TrailAsync(), line => line.Kind == RecoveryEventKind.RefusedUnproven).Detail);
    }

    [Fact]
    public async Task Lines_are_kept_as_long_as_the_settings_say_and_no_longer()
    {
        await using var app = await TestApp.StartAsync(new() { ["Trail:Retention"] = "30.00:00:00" });
        var now = app.Clock.GetUtcNow();
        await app.WithAsync<AccountsContext, int>(database =>
        {
            database.AddRange(Enumerable.Range(0, 1201).Select(i => Line(now.AddDays(-30).AddMinutes(-1 - i), "old")));
            database.AddRange(Enumerable.Range(0, 3).Select(_ => Line(now.AddDays(-30).AddMinutes(5), "young")));
            return database.SaveChangesAsync();
        });

        // How many it removed is not told: the app's own sweep at start may have taken a part.
        await app.Services.GetRequiredService<TrailRetention>().SweepAsync(TestContext.Current.CancellationToken);

        Assert.Equal(["young", "young", "young"], (await app.TrailAsync()).Select(line => line.Detail));
    }

    private static RecoveryEvent Line(DateTimeOffset at, string detail) =>
        new()
        {
            At = at,
            Kind = RecoveryEventKind.Requested,
            Detail = detail,
        };
}
