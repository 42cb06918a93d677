using OneTimeJwt.Web.Accounts;
using OneTimeJwt.Web.Admin;
using OneTimeJwt.Web.Tests.Admin;

namespace OneTimeJwt.Web.Tests.Api;

public sealed class ApiOperationsTests(ApiApp shared) : IClassFixture<ApiApp>
{
    private readonly TestApp _app = shared.App;

    [Fact]
    public async Task An_account_is_found_by_address_name_and_id_and_read_with_what_happened()
    {
        using var desk = await _app.ProgramAsync(ConsoleRole.Support);
        var account = await _app.AddAccountAsync(shape: row => row.UserName = $"name-{Guid.NewGuid():N}");

        foreach (var text in new[] { account.Email!, account.Email![..30], account.UserName!, account.Id })
        {
            var items = (await desk.GetAsync($"/api/v1/accounts?query={Uri.EscapeDataString(text)}")).Json()["items"]!.AsArray();
            Assert.Equal(account.Id, Assert.Single(items)!["id"]!.GetValue<string>());
        }

        Assert.Equal(HttpStatusCode.OK, (await desk.ActAsync(account.Id, "send-link")).Status);
        await _app.Mails.WaitAsync(account.Email!);
        var read = (await desk.GetAsync($"/api/v1/accounts/{account.Id}")).Json();
        Assert.Equal(account.Email, read["account"]!["email"]!.GetValue<string>());
        Assert.Equal("open", read["account"]!["lock"]!.GetValue<string>());
        Assert.Equal(1, read["linksOut"]!.GetValue<int>());
        Assert.Equal(
            ["linkTriggered", "mailed", "requested"],
            read["trail"]!.AsArray().Select(line => line!["kind"]!.GetValue<string>()).Order());
    }

    [Fact]
    public async Task A_ticket_is_solved_the_owner_gets_the_mail_and_no_answer_has_the_link()
    {
        using var desk = await _app.ProgramAsync(ConsoleRole.Support, "Ticket robot");
        var account = await _app.AddAccountAsync();

        var done = await desk.ActAsync(account.Id, "send-link", "ticket 4711");

        var link = MailFolder.Link((await _app.Mails.WaitAsync(account.Email!))[0]);
        var line = (await _app.TrailAsync(account.Id)).Single(line => line.Kind == RecoveryEventKind.LinkTriggered);
        Assert.Equal(line.Id, done.Json()["eventId"]!.GetValue<Guid>());
        Assert.Equal(("Ticket robot", "ticket 4711"), (line.ActorName, line.Reason));
        Assert.StartsWith("key:", line.Actor, StringComparison.Ordinal);
        Assert.All(
            (await _app.TrailAsync(account.Id, RecoveryEventKind.Mailed)).Where(mail => mail.Kind == RecoveryEventKind.Mailed),
            mail => Assert.Equal((line.Actor, "Ticket robot"), (mail.Actor, mail.ActorName)));
        var token = new Uri(link).Query.Split("token=")[1];
        foreach (var path in new[] { $"/api/v1/accounts/{account.Id}", $"/api/v1/trail?account={account.Id}", "/api/v1/trail" })
            Assert.DoesNotContain(token, (await desk.GetAsync(path)).Body, StringComparison.Ordinal);
        Assert.DoesNotContain(token, done.Body, StringComparison.Ordinal);
        using var owner = _app.Open();
        Assert.True((await owner.RedeemAsync(link, Passwords.New)).PasswordChanged);
    }

    [Fact]
    public async Task Every_act_changes_what_the_console_would_change()
    {
        using var robot = await _app.ProgramAsync(ConsoleRole.Admin);
        var account = await _app.AddAccountAsync(shape: row => (row.EmailConfirmed, row.TwoFactorEnabled) = (false, true));
        var before = await _app.ReadAsync(account.Id);

        async Task DoAsync(string act) => Assert.Equal(act, (await robot.ActAsync(account.Id, act)).Json()["act"]!.GetValue<string>());
        await DoAsync("confirm-address");
        await DoAsync("revoke-links");
        Assert.NotEqual(before.SecurityStamp, (await _app.ReadAsync(account.Id)).SecurityStamp);
        await DoAsync("require-reset");
        Assert.NotEqual(before.PasswordHash, (await _app.ReadAsync(account.Id)).PasswordHash);
        await DoAsync("reset-two-factor");
        Assert.False((await _app.ReadAsync(account.Id)).TwoFactorEnabled);
        await DoAsync("lock");
        Assert.Equal(LockState.Banned, await _app.LockOfAsync(account.Id));
        (await robot.ActAsync(account.Id, "send-link")).IsProblem("act-impossible", HttpStatusCode.Conflict);
        await DoAsync("unlock");
        Assert.Equal(LockState.Open, await _app.LockOfAsync(account.Id));

        RecoveryEventKind[] acts =
        [
            RecoveryEventKind.LinkTriggered, RecoveryEventKind.LinksKilled, RecoveryEventKind.ResetRequired,
            RecoveryEventKind.TwoFactorReset, RecoveryEventKind.Locked, RecoveryEventKind.Unlocked,
        ];
        Assert.Equal(acts, (await _app.TrailAsync(account.Id)).Where(line => line.Reason is not null).Select(line => line.Kind));
    }

    [Fact]
    public async Task What_the_rules_refuse_is_refused_here_and_recorded()
    {
        using var desk = await _app.ProgramAsync(ConsoleRole.Support, "Curious robot");
        var (account, admin) = (await _app.AddAccountAsync(), await _app.AddAdminAsync(ConsoleRole.Admin));

        var problem = (await desk.ActAsync(account.Id, "lock")).IsProblem("act-refused", HttpStatusCode.Forbidden);
        (await desk.ActAsync(admin.Id, "send-link")).IsProblem("act-refused", HttpStatusCode.Forbidden);

        Assert.Equal("Only an Admin may do this.", problem["detail"]!.GetValue<string>());
        Assert.Equal(LockState.Open, await _app.LockOfAsync(account.Id));
        Assert.Equal(
            (RecoveryEventKind.ActRefused, "Curious robot", "Lock: Only an Admin may do this."),
            (await _app.TrailAsync(account.Id)).Select(line => (line.Kind, line.ActorName, line.Detail)).Single());
    }

    [Fact]
    public async Task Answers_are_English_whatever_is_asked_for()
    {
        using var visitor = _app.Open();
        using var desk = await _app.ProgramAsync(ConsoleRole.Support);
        using var request = new HttpRequestMessage(HttpMethod.Post, $"/api/v1/accounts/{(await _app.AddAccountAsync()).Id}/revoke-links")
        {
            Content = new StringContent("""{"reason":"Ticket"}""", System.Text.Encoding.UTF8, "application/json"),
            Headers = { { "Authorization", $"Bearer {desk.Key}" }, { "Idempotency-Key", "one" }, { "Accept-Language", "de" } },
        };

        Assert.Equal(
            "All links are revoked, and all devices are signed out.",
            (await visitor.SendAsync(request)).Json()["message"]!.GetValue<string>());
    }

    [Fact]
    public async Task The_budget_is_the_consoles_and_says_when_there_is_some_again()
    {
        await using var app = await TestApp.StartAsync(
            new(ApiApp.On) { ["RateLimits:PerAdmin:Permits"] = "2", ["RateLimits:PerAdmin:Window"] = "01:00:00" });
        using var desk = await app.ProgramAsync(ConsoleRole.Support);
        for (var i = 0; i < 2; i++, app.Clock.Move(TimeSpan.FromMinutes(10)))
            (await desk.ActAsync((await app.AddAccountAsync()).Id, "send-link")).Json();

        var refused = await desk.ActAsync((await app.AddAccountAsync()).Id, "send-link", once: "again");

        refused.IsProblem("over-budget", HttpStatusCode.TooManyRequests);
        var wait = TimeSpan.FromSeconds(int.Parse(refused.Headers["Retry-After"], System.Globalization.CultureInfo.InvariantCulture));
        Assert.InRange(wait, TimeSpan.FromMinutes(39), TimeSpan.FromMinutes(40));
        (await desk.ActAsync((await app.AddAccountAsync()).Id, "revoke-links")).Json();
        app.Clock.Move(wait);
        (await desk.ActAsync((await app.AddAccountAsync()).Id, "send-link", once: "again")).Json();
    }

    [Fact]
    public async Task Lists_go_on_where_they_were_whatever_is_added_meanwhile()
    {
        using var desk = await _app.ProgramAsync(ConsoleRole.Support);
        var prefix = $"page-{Guid.NewGuid():N}"[..20];
        for (var i = 0; i < 7; i++)
            await AddAsync($"{prefix}-{i}5@example.com");
        var first = (await desk.GetAsync($"/api/v1/accounts?query={prefix}&limit=3")).Json();
        await AddAsync($"{prefix}-00@example.com");

        var seen = first["items"]!.AsArray().Select(item => item!["email"]!.GetValue<string>()).ToList();
        for (var next = first["next"]?.GetValue<string>(); next is not null;)
        {
            Assert.DoesNotContain(prefix, next, StringComparison.OrdinalIgnoreCase);
            var page = (await desk.GetAsync($"/api/v1/accounts?query={prefix}&limit=3&cursor={next}")).Json();
            seen.AddRange(page["items"]!.AsArray().Select(item => item!["email"]!.GetValue<string>()));
            next = page["next"]?.GetValue<string>();
        }

        Assert.Equal(Enumerable.Range(0, 7).Select(i => $"{prefix}-{i}5@example.com"), seen);
        Task<Account> AddAsync(string address) => _app.AddAccountAsync(shape: row => row.Email = address);
    }

    [Fact]
    public async Task The_trail_is_read_with_a_filter_and_a_cursor()
    {
        using var auditor = await _app.ProgramAsync(ConsoleRole.Auditor);
        using var desk = await _app.ProgramAsync(ConsoleRole.Support);
        var account = await _app.AddAccountAsync();
        for (var i = 0; i < 5; i++)
            (await desk.ActAsync(account.Id, "revoke-links", $"ticket {i}")).Json();

        var path = $"/api/v1/trail?account={Uri.EscapeDataString(account.Email!)}&kind=linksKilled&limit=2";
        var first = (await auditor.GetAsync(path)).Json();
        (await desk.ActAsync(account.Id, "revoke-links", "later")).Json();
        var second = (await auditor.GetAsync($"{path}&cursor={first["next"]!.GetValue<string>()}")).Json();

        Assert.Equal(["ticket 4", "ticket 3"], Reasons(first));
        Assert.Equal(["ticket 2", "ticket 1"], Reasons(second));
        var now = _app.Clock.GetUtcNow();
        var later = Uri.EscapeDataString(now.AddDays(1).ToOffset(TimeSpan.FromHours(2)).ToString("o"));
        Assert.Empty(Reasons((await auditor.GetAsync($"/api/v1/trail?account={account.Id}&from={later}")).Json()));
        Assert.Equal(6, Reasons((await auditor.GetAsync($"/api/v1/trail?account={account.Id}&to={later}")).Json()).Length);

        static string[] Reasons(System.Text.Json.Nodes.JsonNode page) =>
            [.. page["items"]!.AsArray().Select(line => line!["reason"]!.GetValue<string>())];
    }

    [Fact]
    public async Task Nothing_of_it_is_there_unless_it_is_switched_on()
    {
        await using var app = await TestApp.StartAsync();
        using var desk = await app.ProgramAsync(ConsoleRole.Admin);

        (await desk.GetAsync("/api/v1/trail")).IsProblem("not-found", HttpStatusCode.NotFound);
        Assert.Equal(HttpStatusCode.NotFound, (await desk.GetAsync("/openapi/v1.json")).Status);
    }
}
