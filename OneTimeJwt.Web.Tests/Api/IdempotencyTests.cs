using OneTimeJwt.Web.Admin;

namespace OneTimeJwt.Web.Tests.Api;

/// <summary>An act with an Idempotency-Key is done once.</summary>
public sealed class IdempotencyTests(ApiApp shared) : IClassFixture<ApiApp>
{
    private const int Many = 50;

    private readonly TestApp _app = shared.App;

    public static TheoryData<DatabaseProvider> Providers => [.. AppOnEach.Providers];

    [Theory]
    [MemberData(nameof(Providers))]
    public async Task Fifty_acts_at_once_with_one_key_at_two_nodes_are_one_act_one_mail_and_fifty_equal_answers(DatabaseProvider provider)
    {
        await using var one = await TestApp.StartAsync(ApiApp.On, provider: provider);
        await using var other = await TestApp.StartAsync(new() { ["Recovery:PublicOrigin"] = one.Origin }, beside: one);
        using var here = await one.ProgramAsync(ConsoleRole.Support);
        using var there = new ApiProgram(other.Origin, here.Key);
        var account = await one.AddAccountAsync();

        var answers = await Task.WhenAll(
            Enumerable.Range(0, Many).Select(i => (i % 2 == 0 ? here : there).ActAsync(account.Id, "send-link", once: "\"ticket-4711\"")));

        Assert.Equal(HttpStatusCode.OK, Assert.Single(answers.Select(answer => (answer.Status, answer.Body)).Distinct()).Status);
        Assert.Single(await one.TrailAsync(account.Id), line => line.Kind == RecoveryEventKind.LinkTriggered);
        await one.Mails.WaitAsync(account.Email!);
        Assert.Equal(0, await Eventually.Async(one.OutboxAsync, waiting => waiting == 0));
        Assert.Single(one.Mails.To(account.Email!));
    }

    [Fact]
    public async Task Another_request_with_the_key_is_refused_and_does_nothing()
    {
        using var desk = await _app.ProgramAsync(ConsoleRole.Support);
        var (account, bystander) = (await _app.AddAccountAsync(), await _app.AddAccountAsync());
        var once = Guid.NewGuid().ToString();
        var done = await desk.ActAsync(account.Id, "revoke-links", "one", once);
        done.Json();

        foreach (var other in new[] { (bystander, "revoke-links", "one"), (account, "send-link", "one"), (account, "revoke-links", "two") })
            (await desk.ActAsync(other.Item1.Id, other.Item2, other.Item3, once))
                .IsProblem("idempotency-key-reused", HttpStatusCode.UnprocessableEntity);

        Assert.Equal(done.Body, (await desk.ActAsync(account.Id, "revoke-links", " one ", $"\"{once}\"")).Body);
        Assert.Single(await _app.TrailAsync(account.Id));
        Assert.Empty(await _app.TrailAsync(bystander.Id));
    }

    [Fact]
    public async Task A_key_of_one_program_is_another_ones_too()
    {
        using var one = await _app.ProgramAsync(ConsoleRole.Support);
        using var other = await _app.ProgramAsync(ConsoleRole.Support);
        var account = await _app.AddAccountAsync();

        (await one.ActAsync(account.Id, "revoke-links", once: "same")).Json();
        (await other.ActAsync(account.Id, "revoke-links", once: "same")).Json();

        Assert.Equal(2, (await _app.TrailAsync(account.Id)).Select(line => line.Actor).Distinct().Count());
    }

    [Fact]
    public async Task A_refusal_is_recorded_once_and_what_changed_nothing_is_judged_anew()
    {
        using var desk = await _app.ProgramAsync(ConsoleRole.Support);
        var account = await _app.AddAccountAsync();
        for (var i = 0; i < 3; i++)
            (await desk.ActAsync(account.Id, "lock", once: "refused")).IsProblem("act-refused", HttpStatusCode.Forbidden);
        Assert.Single(await _app.TrailAsync(account.Id));

        (await desk.ActAsync(account.Id, "confirm-address", once: "later")).IsProblem("act-impossible", HttpStatusCode.Conflict);
        await _app.WriteAsync(account.Id, columns => columns.SetProperty(row => row.EmailConfirmed, false));
        (await desk.ActAsync(account.Id, "confirm-address", once: "later")).Json();
    }

    [Fact]
    public async Task Answers_are_kept_a_day_without_the_key_and_then_removed()
    {
        await using var app = await TestApp.StartAsync(ApiApp.On);
        using var desk = await app.ProgramAsync(ConsoleRole.Support);
        var account = await app.AddAccountAsync();
        var first = await desk.ActAsync(account.Id, "revoke-links", once: "my-very-own-key");
        var retention = new ActAnswerRetention(
            app.Services.GetRequiredService<IDbContextFactory<AccountsContext>>(),
            app.Services.GetRequiredService<SqliteWriteLock>(),
            app.Clock,
            Microsoft.Extensions.Logging.Abstractions.NullLogger<ActAnswerRetention>.Instance);
        var rows = await app.WithAsync<AccountsContext, List<ActAnswer>>(database => database.ActAnswers.ToListAsync());
        Assert.DoesNotContain("my-very-own-key", System.Text.Json.JsonSerializer.Serialize(rows), StringComparison.Ordinal);

        app.Clock.Move(TimeSpan.FromHours(23));
        await retention.SweepAsync(TestContext.Current.CancellationToken);
        Assert.Equal(first.Body, (await desk.ActAsync(account.Id, "revoke-links", once: "my-very-own-key")).Body);

        app.Clock.Move(TimeSpan.FromHours(2));
        await retention.SweepAsync(TestContext.Current.CancellationToken);
        Assert.NotEqual(first.Body, (await desk.ActAsync(account.Id, "revoke-links", once: "my-very-own-key")).Body);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("\"\"")]
    [InlineData("two words")]
    [InlineData("\"a\"b\"")]
    public async Task An_act_without_a_key_that_can_be_read_is_refused(string? once)
    {
        using var desk = await _app.ProgramAsync(ConsoleRole.Support);
        var account = await _app.AddAccountAsync();

        var answer = await desk.SendAsync(HttpMethod.Post, $"/api/v1/accounts/{account.Id}/revoke-links", """{"reason":"x"}""", once);

        answer.IsProblem("idempotency-key-missing", HttpStatusCode.BadRequest);
        Assert.Empty(await _app.TrailAsync(account.Id));
    }
}
