using System.Text.Json.Nodes;
using OneTimeJwt.Web.Admin;
using OneTimeJwt.Web.Campaigns;
using OneTimeJwt.Web.Tests.Admin;

namespace OneTimeJwt.Web.Tests.Api;

public sealed class ApiCampaignTests(ApiApp shared) : IClassFixture<ApiApp>
{
    private const string Path = "/api/v1/campaigns";

    private readonly TestApp _app = shared.App;

    [Fact]
    public async Task A_campaign_is_drawn_up_started_steered_and_followed_and_its_mails_leave_under_the_keys_name()
    {
        using var robot = await _app.ProgramAsync(ConsoleRole.Admin, "Breach robot");
        var accounts = new List<Account>();
        for (var i = 0; i < 3; i++)
            accounts.Add(await _app.AddAccountAsync());
        string[] list = [accounts[0].Email!, accounts[1].UserName!, accounts[2].Id, "nobody@example.com"];

        var drafted = (await PostAsync(robot, Path, new JsonObject
        {
            ["requiresReset"] = false,
            ["accounts"] = new JsonArray([.. list.Select(name => (JsonNode)name)]),
        })).Json();
        Assert.Equal(
            (3, 1, "4"),
            (drafted["accounts"]!.GetValue<int>(), drafted["unmatched"]!.GetValue<int>(), drafted["unmatchedLines"]!.GetValue<string>()));
        var campaign = $"{Path}/{drafted["id"]}";
        (await StartAsync(robot, campaign, accounts: 4)).IsProblem("campaign-impossible", HttpStatusCode.Conflict);
        (await StartAsync(robot, campaign, accounts: 3)).Json();
        foreach (var account in accounts)
            await _app.Mails.WaitAsync(account.Email!);

        await Eventually.Async(
            async () => (await robot.GetAsync(campaign)).Json(), read => read["campaign"]!["state"]!.GetValue<string>() == "done");
        var counts = (await robot.GetAsync(campaign)).Json();
        Assert.Equal("done", counts["campaign"]!["state"]!.GetValue<string>());
        Assert.Equal(
            (3, 0, "Breach robot"),
            (
                counts["counts"]!["sent"]!.GetValue<int>(),
                counts["counts"]!["waiting"]!.GetValue<int>(),
                counts["startedBy"]!.GetValue<string>()));
        Assert.All(
            (await _app.TrailAsync(accounts[0].Id)).Where(line => line.Kind == RecoveryEventKind.Mailed),
            line => Assert.Equal("Breach robot", line.ActorName));
        Assert.Contains(
            (await robot.GetAsync(Path)).Json()["items"]!.AsArray(), item => item!["id"]!.ToString() == drafted["id"]!.ToString());
    }

    [Fact]
    public async Task It_is_paused_resumed_and_stopped_each_with_a_reason()
    {
        using var robot = await _app.ProgramAsync(ConsoleRole.Admin);
        var campaign = await RunningAsync(_app, robot);
        var reason = new JsonObject { ["reason"] = "too fast" };

        (await PostAsync(robot, $"{campaign}/pause", new JsonObject { ["reason"] = " " }))
            .IsProblem("bad-reason", HttpStatusCode.BadRequest);
        (await PostAsync(robot, $"{campaign}/pause", reason)).Json();
        (await PostAsync(robot, $"{campaign}/pause", reason)).IsProblem("campaign-impossible", HttpStatusCode.Conflict);
        (await PostAsync(robot, $"{campaign}/resume", reason)).Json();
        (await PostAsync(robot, $"{campaign}/stop", reason)).Json();

        var id = Guid.Parse(campaign.Split('/')[^1]);
        Assert.Equal(
            [RecoveryEventKind.CampaignPaused, RecoveryEventKind.CampaignResumed, RecoveryEventKind.CampaignStopped],
            (await _app.TrailAsync()).Where(line => line.CampaignId == id && line.Reason == "too fast").Select(line => line.Kind));
    }

    [Fact]
    public async Task With_one_key_it_is_drawn_up_once_and_started_once()
    {
        using var robot = await _app.ProgramAsync(ConsoleRole.Admin);
        var account = await _app.AddAccountAsync();
        var request = new JsonObject { ["requiresReset"] = false, ["accounts"] = new JsonArray(account.Email) };

        var drafts = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => PostAsync(robot, Path, request, "breach")));
        var made = drafts.Where(answer => answer.Status == HttpStatusCode.OK).Select(answer => answer.Body).Distinct().ToList();
        var id = JsonNode.Parse(Assert.Single(made))!["id"]!.GetValue<Guid>();
        Assert.All(
            drafts.Where(answer => answer.Status != HttpStatusCode.OK),
            answer => answer.IsProblem("campaign-impossible", HttpStatusCode.Conflict));
        Assert.Equal(made[0], (await PostAsync(robot, Path, request, "breach")).Body);
        (await PostAsync(robot, Path, new JsonObject { ["requiresReset"] = true, ["accounts"] = new JsonArray(account.Email) }, "breach"))
            .IsProblem("idempotency-key-reused", HttpStatusCode.UnprocessableEntity);

        var starts = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => StartAsync(robot, $"{Path}/{id}", 1, "go")));
        starts[0].Json();
        Assert.Single(starts.Select(answer => answer.Body).Distinct());
        Assert.Single(await _app.TrailAsync(), line => line.CampaignId == id && line.Kind == RecoveryEventKind.CampaignStarted);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task One_key_draws_it_up_again_where_its_server_stopped_half_way_or_the_day_of_its_answer_is_over(bool isInterrupted)
    {
        using var robot = await _app.ProgramAsync(ConsoleRole.Admin);
        var account = await _app.AddAccountAsync();
        var request = new JsonObject { ["requiresReset"] = false, ["accounts"] = new JsonArray(account.Email) };
        var first = await DraftAsync();
        await _app.WithAsync<AccountsContext, int>(database => isInterrupted
            ? database.Campaigns
                .Where(row => row.Id == first)
                .ExecuteUpdateAsync(row => row.SetProperty(known => known.State, CampaignState.Interrupted))
            : database.ActAnswers.Where(row => row.EventId == first).ExecuteDeleteAsync());

        var second = await DraftAsync();

        Assert.NotEqual(first, second);
        Assert.Equal(second, await DraftAsync());
        (await StartAsync(robot, $"{Path}/{second}", 1)).Json();

        async Task<Guid> DraftAsync() => (await PostAsync(robot, Path, request, "once")).Json()["id"]!.GetValue<Guid>();
    }

    [Fact]
    public async Task When_its_key_is_revoked_it_pauses()
    {
        await using var app = await TestApp.StartAsync(ApiApp.On);
        using var robot = await app.ProgramAsync(ConsoleRole.Admin);
        var campaign = await RunningAsync(app, robot);
        var (admin, hash) = (await app.AddAdminAsync(ConsoleRole.Admin), ApiKey.HashOf(robot.Key));
        var key = await app.WithAsync<AccountsContext, Guid>(database =>
            database.ApiKeys.Where(row => row.Hash == hash).Select(row => row.Id).SingleAsync());

        await app.WithAsync<ApiKeys, string?>(keys => keys.RevokeAsync(admin.User, key, "stolen", client: null));

        var id = Guid.Parse(campaign.Split('/')[^1]);
        var last = await Eventually.Async(
            () => app.WithAsync<AccountsContext, CampaignState>(database =>
                database.Campaigns.Where(row => row.Id == id).Select(row => row.State).SingleAsync()),
            state => state == CampaignState.Paused);
        Assert.Equal(CampaignState.Paused, last);
    }

    [Theory]
    [InlineData("""{"requiresReset":false}""")]
    [InlineData("""{"requiresReset":false,"accounts":[]}""")]
    [InlineData("""{"requiresReset":false,"accounts":["a"],"query":"b"}""")]
    [InlineData("""{"requiresReset":false,"filter":["rich"]}""")]
    [InlineData("""{"requiresReset":false,"accounts":[null]}""")]
    [InlineData("""{"accounts":["a"]}""")]
    public async Task What_says_not_which_accounts_is_refused(string body)
    {
        using var robot = await _app.ProgramAsync(ConsoleRole.Admin);

        (await robot.SendAsync(HttpMethod.Post, Path, body, "one")).IsProblem("bad-request", HttpStatusCode.BadRequest);
    }

    // So slow that it doesn't end by itself.
    private static async Task<string> RunningAsync(TestApp app, ApiProgram robot)
    {
        var list = new JsonArray();
        for (var i = 0; i < 3; i++)
            list.Add((await app.AddAccountAsync()).Id);
        var drafted = (await PostAsync(robot, Path, new JsonObject { ["requiresReset"] = false, ["accounts"] = list })).Json();
        var campaign = $"{Path}/{drafted["id"]}";
        (await StartAsync(robot, campaign, accounts: 3, rate: 1)).Json();
        return campaign;
    }

    private static Task<Answer> StartAsync(ApiProgram robot, string campaign, int accounts, string? once = null, int rate = 6_000) =>
        PostAsync(robot, $"{campaign}/start", new JsonObject { ["reason"] = "a breach", ["accounts"] = accounts, ["rate"] = rate }, once);

    private static Task<Answer> PostAsync(ApiProgram robot, string path, JsonObject body, string? once = null) =>
        robot.SendAsync(HttpMethod.Post, path, body.ToJsonString(), once ?? Guid.NewGuid().ToString());
}
