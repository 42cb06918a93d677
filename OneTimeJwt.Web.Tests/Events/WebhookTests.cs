using System.Globalization;
using System.Net.Sockets;
using Microsoft.AspNetCore.Http;
using OneTimeJwt.Web.Admin;
using OneTimeJwt.Web.Events;
using OneTimeJwt.Web.Outbox;
using OneTimeJwt.Web.Tests.Admin;
using OneTimeJwt.Web.Tests.Api;
using StandardWebhooks.Diagnostics;

namespace OneTimeJwt.Web.Tests.Events;

/// <summary>What a receiver gets of what happens, on each kind of database.</summary>
public sealed class WebhookTests
{
    private const string Other = "whsec_b3RoZXItYnV0LWFzLWxvbmctZW5vdWdo";
    private const string Redeemed = "recovery.redeemed";

    public static TheoryData<DatabaseProvider> Providers => [.. AppOnEach.Providers];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [MemberData(nameof(Providers))]
    public async Task A_recovery_arrives_whole_signed_and_once(DatabaseProvider provider)
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        await using var app = await TestApp.StartAsync(receiver.Settings, provider: provider);
        var account = await app.AddAccountAsync();
        await RecoverAsync(app, account);
        await app.Mails.WaitAsync(account.Email!, 2);

        await receiver.WaitAsync("recovery.noticeMailed", account.Id);
        Assert.Equal(0, await Eventually.Async(() => WaitingAsync(app), waiting => waiting == 0));
        var (trail, events) = (await app.TrailAsync(account.Id), receiver.Events.Where(one => one.AccountId == account.Id).ToList());
        Assert.Equal(
            trail.Select(line => (line.Id.ToString(), EventTypes.Of(line.Kind))).Order(),
            events.Select(one => (one.Id, one.Type)).Order());
        Assert.Contains(events, one => one.Type == Redeemed);
        Assert.All(receiver.Events, one =>
        {
            one.Verify(WebhookReceiver.Secret);
            Assert.Throws<WebhookVerificationException>(() => one.Verify(Other));
            Assert.Equal(one.Id, one.Data["id"]!.GetValue<string>());
            Assert.Equal("application/json", one.Headers["Content-Type"].ToString());
            Assert.False(one.Headers.ContainsKey("traceparent"));
        });
        var line = trail.Single(one => one.Kind == RecoveryEventKind.Redeemed);
        var redeemed = events.Single(one => one.Type == Redeemed);
        Assert.Equal(line.Nonce, redeemed.Data["linkId"]!.GetValue<string>());
        Assert.Equal(line.At, redeemed.Body["timestamp"]!.GetValue<DateTimeOffset>());
        Assert.EndsWith("Z", redeemed.Body["timestamp"]!.GetValue<string>(), StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Providers))]
    public async Task An_accounts_events_stay_in_order_although_the_first_is_refused_at_first_and_others_do_not_wait(
        DatabaseProvider provider)
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        await using var app = await TestApp.StartAsync(receiver.Settings, provider: provider);
        var (slow, quick) = (await app.AddAccountAsync(), await app.AddAccountAsync());
        var isRefused = true;
        receiver.Answer = (one, response) =>
            isRefused && one.AccountId == slow.Id ? WebhookReceiver.RefuseAsync(response) : Task.CompletedTask;

        List<Guid> ids = [];
        for (var i = 0; i < 10; i++)
        {
            ids.Add(await AppendAsync(app, slow.Id));
            await AppendAsync(app, quick.Id);
        }

        await receiver.WaitAsync(events => events.Count(one => one.AccountId == quick.Id) == 10);
        Assert.Equal([$"{ids[0]}"], receiver.Events.Where(one => one.AccountId == slow.Id).Select(one => one.Id).Distinct());
        isRefused = false;
        app.Clock.Move(TimeSpan.FromMinutes(10));

        var events = await receiver.WaitAsync(all => all.Select(one => one.Id).Distinct().Count() == 20);
        Assert.Equal(
            ids.Select(id => $"{id}"), events.Where(one => one.AccountId == slow.Id).Select(one => one.Id).Distinct());
    }

    [Theory]
    [MemberData(nameof(Providers))]
    public async Task Events_of_both_ways_of_writing_arrive_and_of_what_is_rolled_back_or_known_already_none(DatabaseProvider provider)
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        await using var app = await TestApp.StartAsync(receiver.Settings, provider: provider);
        var account = await app.AddAccountAsync();
        var once = Line(account.Id, RecoveryEvent.IdOf(account.Id));

        await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => AppendAsync(app, Line(account.Id, once.Id))));
        await AppendAsync(app, Line(account.Id, once.Id));
        var byEntityFramework = await SaveAsync(app, account.Id, commits: true);
        var never = await SaveAsync(app, account.Id, commits: false);
        await Assert.ThrowsAnyAsync<DbUpdateException>(() => SaveAsync(app, account.Id, commits: true, once.Id));
        var last = await AppendAsync(app, account.Id);

        var events = await receiver.WaitAsync(all => all.Any(one => one.Id == $"{last}"));
        Assert.Equal([$"{once.Id}", $"{byEntityFramework}", $"{last}"], events.Select(one => one.Id));
        Assert.DoesNotContain(events, one => one.Id == $"{never}");
        Assert.Equal(0, await Eventually.Async(() => WaitingAsync(app), waiting => waiting == 0));
    }

    [Fact]
    public async Task A_save_that_is_done_again_after_a_fault_leaves_one_delivery()
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        await using var app = await TestApp.StartAsync(receiver.Settings);
        var account = await app.AddAccountAsync();
        var known = await AppendAsync(app, account.Id);
        var line = Line(account.Id);
        await app.WithAsync<AccountsContext, int>(async database =>
        {
            var twin = Line(account.Id, known);
            database.AddRange(line, twin);
            for (var i = 0; i < 2; i++)
                await Assert.ThrowsAnyAsync<DbUpdateException>(() => database.SaveChangesAsync(Cancellation));
            database.Entry(twin).State = EntityState.Detached;
            return await database.SaveChangesAsync(Cancellation);
        });
        var last = await AppendAsync(app, account.Id);

        var events = await receiver.WaitAsync(all => all.Any(one => one.Id == $"{last}"));
        Assert.Equal([$"{known}", $"{line.Id}", $"{last}"], events.Select(one => one.Id));
    }

    [Fact]
    public async Task Without_destinations_nothing_is_written_and_the_check_is_not_there()
    {
        await using var app = await TestApp.StartAsync();
        var account = await app.AddAccountAsync();
        await RecoverAsync(app, account);
        await SaveAsync(app, account.Id, commits: true);

        Assert.Equal(0, await WaitingAsync(app));
        Assert.Empty(app.Services.GetRequiredService<EventDestinations>().All);
    }

    [Fact]
    public async Task A_receiver_gets_the_types_that_it_wants()
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        await using var app = await TestApp.StartAsync(new(receiver.Settings)
        {
            ["Webhooks:Endpoints:0:Types:0"] = "recovery.opened",
            ["Webhooks:Endpoints:0:Types:1"] = Redeemed,
        });
        var account = await app.AddAccountAsync();

        await RecoverAsync(app, account);

        await receiver.WaitAsync(Redeemed, account.Id);
        Assert.Equal(["recovery.opened", Redeemed], receiver.Events.Select(one => one.Type));
    }

    [Fact]
    public async Task While_secrets_are_changed_each_of_them_verifies()
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        await using var app = await TestApp.StartAsync(new(receiver.Settings)
        {
            ["Webhooks:Endpoints:0:Secrets:0"] = Other,
            ["Webhooks:Endpoints:0:Secrets:1"] = WebhookReceiver.Secret,
        });
        var account = await app.AddAccountAsync();
        await AppendAsync(app, account.Id);

        var one = (await receiver.WaitAsync(events => events.Count > 0))[0];

        var signatures = one.Headers["webhook-signature"].ToString().Split(' ');
        Assert.Equal(2, signatures.Length);
        Assert.All(signatures, signature => Assert.Matches("^v1,[A-Za-z0-9+/]{43}=$", signature));
        foreach (var (secret, signature) in new[] { Other, WebhookReceiver.Secret }.Zip(signatures))
        {
            one.Headers["webhook-signature"] = signature;
            one.Verify(secret);
        }
    }

    [Fact]
    public void A_signature_is_the_one_that_others_compute()
    {
        // The example of the library in JavaScript.
        var secret = WebhookSecret.Parse("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")!;

        var signatures = WebhookDestination.Signatures(
            [secret], "msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330", "{\"test\": 2432232314}"u8.ToArray());

        Assert.Equal("v1,g0hM9SsE+OTPJTGt/tmIKt" + "SyZlE3uFJELVlNIOLJ1OE=", signatures);
    }

    [Fact]
    public async Task An_event_that_the_receiver_wants_no_more_is_dropped_and_the_next_one_comes()
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        await using var app = await TestApp.StartAsync(receiver.Settings);
        var account = await app.AddAccountAsync();
        var gone = Guid.CreateVersion7();
        receiver.Answer = (one, response) =>
            one.Id == $"{gone}" ? WebhookReceiver.RefuseAsync(response, StatusCodes.Status410Gone) : Task.CompletedTask;

        await AppendAsync(app, Line(account.Id, gone));
        var next = await AppendAsync(app, account.Id);

        var events = await receiver.WaitAsync(all => all.Any(one => one.Id == $"{next}"));
        Assert.Equal([$"{gone}", $"{next}"], events.Select(one => one.Id));
        Assert.Equal(0, await Eventually.Async(() => WaitingAsync(app), waiting => waiting == 0));
        Assert.Equal(1, app.Log.Count("1 events were given up for"));
    }

    [Fact]
    public async Task After_three_days_of_refusals_an_event_is_given_up_and_until_then_it_keeps_its_id()
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        await using var app = await TestApp.StartAsync(receiver.Settings);
        var account = await app.AddAccountAsync();
        receiver.Answer = (_, response) => WebhookReceiver.RefuseAsync(response, StatusCodes.Status404NotFound);
        var id = await AppendAsync(app, account.Id);

        var moved = TimeSpan.Zero;
        for (var tries = 1; await WaitingAsync(app) > 0; tries++)
        {
            await receiver.WaitAsync(events => events.Count >= tries);
            await Eventually.Async(() => AttemptsAsync(app), attempts => attempts != tries - 1);
            app.Clock.Move(TimeSpan.FromHours(27));
            moved += TimeSpan.FromHours(27);
        }

        Assert.InRange(moved, TimeSpan.FromDays(3), TimeSpan.FromDays(5));
        Assert.Equal([$"{id}"], receiver.Events.Select(one => one.Id).Distinct());
        Assert.Equal(1, app.Log.Count("1 events were given up for"));
    }

    [Fact]
    public async Task A_receiver_that_asks_to_be_left_alone_is()
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        await using var app = await TestApp.StartAsync(receiver.Settings);
        var (account, other) = (await app.AddAccountAsync(), await app.AddAccountAsync());
        receiver.Answer = (_, response) =>
        {
            response.Headers.RetryAfter = "1800";
            return WebhookReceiver.RefuseAsync(response, StatusCodes.Status429TooManyRequests);
        };
        await AppendAsync(app, account.Id);
        await receiver.WaitAsync(events => events.Count == 1);
        receiver.Answer = null;
        await Eventually.Async(() => AttemptsAsync(app), attempts => attempts == 1);
        await AppendAsync(app, other.Id);

        app.Clock.Move(TimeSpan.FromMinutes(29));
        await Task.Delay(TimeSpan.FromSeconds(3), Cancellation);
        Assert.Single(receiver.Events);

        app.Clock.Move(TimeSpan.FromMinutes(2));
        var events = await receiver.WaitAsync(all => all.Count == 3);
        Assert.Equal(2, events.Count(one => one.AccountId == account.Id));
    }

    [Fact]
    public async Task A_receiver_that_is_down_is_not_asked_by_each_event_and_gets_all_of_them_when_it_is_back()
    {
        const int Many = 300;
        await using var receiver = await WebhookReceiver.StartAsync();
        await using var app = await TestApp.StartAsync(receiver.Settings);
        receiver.Answer = (_, response) => WebhookReceiver.RefuseAsync(response, StatusCodes.Status503ServiceUnavailable);
        await Task.WhenAll(Enumerable.Range(0, Many).Select(i => AppendAsync(app, $"somebody-{i}")));
        await receiver.WaitAsync(events => events.Count > 2);
        await Task.Delay(TimeSpan.FromSeconds(4), Cancellation);
        Assert.InRange(receiver.Events.Count, 3, 40);

        receiver.Answer = null;
        app.Clock.Move(TimeSpan.FromMinutes(6));

        var events = await receiver.WaitAsync(all => all.Select(one => one.Id).Distinct().Count() == Many);
        Assert.Equal(Many, events.Select(one => one.Id).Distinct().Count());
        Assert.Equal(0, await Eventually.Async(() => WaitingAsync(app), waiting => waiting == 0));
        Assert.Equal(1, app.Log.Count("takes events again"));
    }

    [Fact]
    public async Task A_clock_that_is_set_back_holds_no_event_up()
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        await using var app = await TestApp.StartAsync(receiver.Settings);
        receiver.Answer = (_, response) => WebhookReceiver.RefuseAsync(response);
        var id = await AppendAsync(app, (await app.AddAccountAsync()).Id);
        await Eventually.Async(() => AttemptsAsync(app), attempts => attempts == 1);
        receiver.Answer = null;

        app.Clock.Move(-TimeSpan.FromHours(2));

        await Eventually.Async(() => WaitingAsync(app), waiting => waiting == 0);
        Assert.Equal([$"{id}", $"{id}"], receiver.Events.Select(one => one.Id));
    }

    [Theory]
    [InlineData(StatusCodes.Status302Found)]
    [InlineData(StatusCodes.Status307TemporaryRedirect)]
    public async Task No_redirect_is_followed_and_no_cookie_kept(int status)
    {
        await using var elsewhere = await WebhookReceiver.StartAsync();
        await using var receiver = await WebhookReceiver.StartAsync();
        await using var app = await TestApp.StartAsync(receiver.Settings);
        receiver.Answer = (one, response) =>
        {
            response.Headers.Location = elsewhere.Url;
            response.Headers.SetCookie = "a=b";
            return receiver.Events.Count(other => other.Id == one.Id) == 1
                ? WebhookReceiver.RefuseAsync(response, status)
                : Task.CompletedTask;
        };
        await AppendAsync(app, (await app.AddAccountAsync()).Id);
        await receiver.WaitAsync(events => events.Count == 1);
        await Eventually.Async(() => AttemptsAsync(app), attempts => attempts == 1);
        app.Clock.Move(TimeSpan.FromSeconds(10));

        var events = await receiver.WaitAsync(all => all.Count == 2);

        Assert.Empty(elsewhere.Events);
        Assert.All(events, one => Assert.False(one.Headers.ContainsKey("Cookie")));
    }

    [Fact]
    public async Task An_endless_answer_is_cut_off_and_counts_by_its_status()
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        await using var app = await TestApp.StartAsync(receiver.Settings);
        receiver.Answer = async (_, response) =>
        {
            response.StatusCode = StatusCodes.Status200OK;
            var junk = new byte[64 * 1024];
            for (var i = 0; i < 1000; i++)
                await response.Body.WriteAsync(junk, response.HttpContext.RequestAborted);
        };
        var account = await app.AddAccountAsync();
        await AppendAsync(app, account.Id);
        var last = await AppendAsync(app, account.Id);

        var events = await receiver.WaitAsync(all => all.Any(one => one.Id == $"{last}"));
        Assert.Equal(2, events.Count);
    }

    [Fact]
    public async Task A_receiver_in_a_private_network_gets_nothing_unless_that_is_allowed()
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        // A name that is not known for it passes the look at start, and leads here.
        var port = new Uri(receiver.Url).Port.ToString(CultureInfo.InvariantCulture);
        var name = await PrivateNameAsync();
        await using var app = await TestApp.StartAsync(new(receiver.Settings)
        {
            ["Webhooks:Endpoints:0:Url"] = $"https://{name}:{port}/?key=of-the-query",
            ["Webhooks:Endpoints:0:AllowPrivateNetworks"] = null,
        });
        await AppendAsync(app, (await app.AddAccountAsync()).Id);

        await Eventually.Async(() => AttemptsAsync(app), attempts => attempts == 1);

        Assert.Empty(receiver.Events);
        Assert.Equal(1, app.Log.Count("didn't take 1 events: its name leads to no public address"));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_body_has_addresses_and_what_people_wrote_only_where_that_is_switched_on(bool isOn)
    {
        const string Reason = "ticket 4711 of ada@example.net";
        await using var receiver = await WebhookReceiver.StartAsync();
        await using var app = await TestApp.StartAsync(new(receiver.Settings)
        {
            ["Api:Enabled"] = "true",
            ["Webhooks:Endpoints:0:IncludeAddresses"] = isOn ? "true" : null,
        });
        var (account, admin) = (await app.AddAccountAsync(), await app.AddAdminAsync(ConsoleRole.Admin));
        var token = (await RecoverAsync(app, account)).Split("token=")[1];
        Assert.True((await app.ActAsync(admin, AdminAction.Lock, account.Id, Reason)).Done);
        using var desk = await app.ProgramAsync(ConsoleRole.Support, name: "the desk of bob@example.net");
        await desk.ActAsync(account.Id, "revoke-links", Reason);
        using (var visitor = app.Open())
            await visitor.AskAsync("nobody@example.com");
        await receiver.WaitAsync("recovery.linksKilled", account.Id);
        await receiver.WaitAsync("recovery.locked", account.Id);
        await receiver.WaitAsync(events => events.Any(one => one.Type == "recovery.apiKeyMade"));
        Assert.Equal(0, await Eventually.Async(() => WaitingAsync(app), waiting => waiting == 0));

        var told = string.Join('\n', receiver.Events.Select(one =>
            $"{one.Text} {string.Join(' ', one.Headers.Where(header => header.Key != "Host"))}"));
        string[] shown = [account.Email!, admin.Account.Email!, "203.0.113.9", "127.0.0.1", Reason, "bob@example.net"];
        if (isOn)
            Assert.All(shown.Except(["127.0.0.1"]), text => Assert.Contains(text, told, StringComparison.OrdinalIgnoreCase));
        else
            Assert.All(shown, text => Assert.DoesNotContain(text, told, StringComparison.OrdinalIgnoreCase));
        string[] never = [token, .. token.Split('.').Skip(1), Passwords.New, Passwords.Old, "nobody@example.com", desk.Key];
        Assert.All(never, secret => Assert.DoesNotContain(secret, told, StringComparison.OrdinalIgnoreCase));
        Assert.DoesNotContain(WebhookReceiver.Secret, app.Log.All, StringComparison.Ordinal);
        Assert.DoesNotContain("of-the-query", app.Log.All, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Two_nodes_send_each_event_once_and_each_accounts_in_order()
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        await using var one = await TestApp.StartAsync(receiver.Settings, provider: DatabaseProvider.PostgreSql);
        await using var other = await TestApp.StartAsync(new() { ["Recovery:PublicOrigin"] = one.Origin }, beside: one);
        receiver.Answer = (_, _) => Task.Delay(Random.Shared.Next(20));
        var written = new List<(string Account, Guid Id)>();
        for (var round = 0; round < 10; round++)
        {
            foreach (var account in Enumerable.Range(0, 20).Select(i => $"somebody-{i}"))
                written.Add((account, await AppendAsync(round % 2 == 0 ? one : other, account)));
        }

        var events = await receiver.WaitAsync(all => all.Count >= written.Count);
        Assert.Equal(0, await Eventually.Async(() => WaitingAsync(one), waiting => waiting == 0));
        Assert.Equal(written.Count, receiver.Events.Count);
        Assert.All(written.GroupBy(line => line.Account), account => Assert.Equal(
            account.Select(line => $"{line.Id}"),
            events.Where(sent => sent.AccountId == account.Key).Select(sent => sent.Id)));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task At_shutdown_an_answer_that_comes_soon_counts_and_what_has_none_is_sent_again_at_once(bool answersSoon)
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        await using var keeper = await TestApp.StartAsync();
        await using var stopped = await TestApp.StartAsync(receiver.Settings, beside: keeper);
        var answer = new TaskCompletionSource();
        receiver.Answer = (_, _) => answer.Task;
        var id = await AppendAsync(stopped, "somebody");
        Assert.NotEmpty(await receiver.WaitAsync(all => all.Count == 1));

        var stop = stopped.StopAsync();
        if (answersSoon)
            answer.SetResult();
        await stop;

        var left = await keeper.WithAsync<AccountsContext, List<EventDelivery>>(database => database.EventDeliveries.ToListAsync());
        Assert.Equal(answersSoon ? [] : [(id, 0, null)], left.Select(row => (row.EventId, row.Attempts, row.LeasedUntil)));
        answer.TrySetResult();
        await using var next = await TestApp.StartAsync(receiver.Settings, beside: keeper);
        var last = await AppendAsync(next, "somebody");
        var came = await receiver.WaitAsync(all => all.Any(one => one.Id == $"{last}"));
        Assert.Equal(answersSoon ? [id, last] : [id, id, last], came.Select(one => Guid.Parse(one.Id)));
    }

    [Fact]
    public async Task An_event_that_is_in_the_trail_no_more_is_not_waited_for()
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        await using var app = await TestApp.StartAsync(receiver.Settings);
        var account = await app.AddAccountAsync();
        receiver.Answer = (_, response) => WebhookReceiver.RefuseAsync(response);
        var gone = await AppendAsync(app, account.Id);
        await Eventually.Async(() => AttemptsAsync(app), attempts => attempts == 1);
        await app.WithAsync<AccountsContext, int>(database => database.Trail.Where(line => line.Id == gone).ExecuteDeleteAsync());
        receiver.Answer = null;
        var next = await AppendAsync(app, account.Id);
        app.Clock.Move(TimeSpan.FromMinutes(1));

        await receiver.WaitAsync(all => all.Any(one => one.Id == $"{next}"));

        Assert.Equal(0, await Eventually.Async(() => WaitingAsync(app), waiting => waiting == 0));
        Assert.Single(receiver.Events, one => one.Id == $"{gone}");
    }

    [Fact]
    public async Task What_waits_for_long_shows_in_health_and_its_end_as_well()
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        await using var app = await TestApp.StartAsync(new(receiver.Settings)
        {
            ["Webhooks:Endpoints:0:Name"] = "siem",
            ["Security:HealthNetworks:0"] = "127.0.0.0/8",
            ["Security:HealthNetworks:1"] = "::1",
        });
        receiver.Answer = (_, response) => WebhookReceiver.RefuseAsync(response);
        await AppendAsync(app, (await app.AddAccountAsync()).Id);
        await Eventually.Async(() => AttemptsAsync(app), attempts => attempts == 1);
        app.Clock.Move(TimeSpan.FromMinutes(16));

        using var visitor = app.Open();
        var told = await Eventually.Async(
            () => visitor.GetAsync("/health/ready"),
            answer => answer.Body.Contains("An event for siem has waited for 0.00:16:", StringComparison.Ordinal));
        Assert.Equal(HttpStatusCode.OK, told.Status);
        Assert.Contains("and 1 wait in all.", told.Body, StringComparison.Ordinal);
        receiver.Answer = null;
        app.Clock.Move(TimeSpan.FromMinutes(30));
        await Eventually.Async(
            () => visitor.GetAsync("/health/ready"), answer => answer.Body.Contains("\"Healthy\",\"checks\"", StringComparison.Ordinal));
    }

    private static async Task<string> PrivateNameAsync()
    {
        foreach (var name in new[] { "ip6-localhost", "localhost.localdomain", Dns.GetHostName() })
        {
            try
            {
                if (!(await Dns.GetHostAddressesAsync(name, Cancellation)).Any(PublicAddress.Is))
                    return name;
            }
            catch (SocketException)
            {
                // Not known on this machine.
            }
        }

        Assert.Skip("No name on this machine leads back to it but localhost.");
        return "";
    }

    private static async Task<string> RecoverAsync(TestApp app, Account account)
    {
        var link = await app.LinkForAsync(account);
        using var visitor = app.Open();
        await visitor.GetAsync(link);
        Assert.True((await visitor.RedeemAsync(link, Passwords.New)).PasswordChanged);
        return link;
    }

    private static RecoveryEvent Line(string accountId, Guid? id = null) =>
        RecoveryEvent.Of(RecoveryEventKind.Opened, accountId, DateTimeOffset.UtcNow, id: id);

    private static Task<Guid> AppendAsync(TestApp app, string accountId) => AppendAsync(app, Line(accountId));

    private static async Task<Guid> AppendAsync(TestApp app, RecoveryEvent line)
    {
        await app.Services.GetRequiredService<GroupCommitWriter>().AppendAsync(line, Cancellation);
        return line.Id;
    }

    private static Task<Guid> SaveAsync(TestApp app, string accountId, bool commits, Guid? id = null) =>
        app.WithAsync<AccountsContext, Guid>(async database =>
        {
            var line = Line(accountId, id);
            await database.Database.CreateExecutionStrategy().ExecuteAsync(async () =>
            {
                await using var transaction = await database.Database.BeginTransactionAsync(Cancellation);
                database.Add(line);
                await database.SaveChangesAsync(Cancellation);
                if (commits)
                    await transaction.CommitAsync(Cancellation);
            });
            return line.Id;
        });

    private static Task<int> WaitingAsync(TestApp app) =>
        app.WithAsync<AccountsContext, int>(database => database.EventDeliveries.CountAsync());

    /// <summary>Of the first that waits; -1 where none does.</summary>
    private static Task<int> AttemptsAsync(TestApp app) => app.WithAsync<AccountsContext, int>(async database =>
        await database.EventDeliveries.OrderBy(row => row.Id).Select(row => (int?)row.Attempts).FirstOrDefaultAsync() ?? -1);
}
