using OneTimeJwt.Web.Admin;
using OneTimeJwt.Web.Links;
using OneTimeJwt.Web.Outbox;
using OneTimeJwt.Web.Tests.Admin;

namespace OneTimeJwt.Web.Tests.Delivery;

/// <summary>How many mails one address gets on request, and that nobody uses up somebody else's.</summary>
public abstract class BudgetTests(DatabaseProvider provider)
{
    private const int Permits = 5;

    // As OPERATIONS.md says.
    private const int MostInWindow = Permits + 3;

    private static readonly TimeSpan Window = TimeSpan.FromHours(1);
    private static readonly TimeSpan LinkIsDead = TimeSpan.FromMinutes(31);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>What strangers ask for, and what the owner needs after that.</summary>
    public static TheoryData<string, string, bool> OtherPurposes => new()
    {
        { OutboxKind.ConfirmLink, OutboxKind.ResetLink, true },
        { OutboxKind.ConfirmLink, OutboxKind.ResetLink, false },
        { OutboxKind.ResetLink, OutboxKind.ConfirmLink, false },
        { OutboxKind.ChangeLink, OutboxKind.ResetLink, true },
    };

    [Theory]
    [MemberData(nameof(OtherPurposes))]
    public async Task Requests_for_one_purpose_leave_the_mails_of_another_alone(string flood, string needed, bool confirmed)
    {
        await using var app = await StartAsync();
        var owner = await app.AddAccountAsync(shape: row => row.EmailConfirmed = confirmed);
        var stranger = await app.AddAccountAsync();
        await app.WantAddressAsync(stranger.Id, owner.Email!);
        await AskAsync(app, flood == OutboxKind.ChangeLink ? stranger : owner, 2 * Permits, flood);
        var before = app.Mails.To(owner.Email!).Count;

        await AskAsync(app, owner, 1, needed);

        var mails = app.Mails.To(owner.Email!);
        Assert.Equal(before + 1, mails.Count);
        using var visitor = app.Open();
        (await visitor.UseAsync(MailFolder.Link(mails[^1]), owner.Email)).IsUsed(needed == OutboxKind.ResetLink ? "reset" : "confirm");
    }

    [Theory]
    [InlineData("reset", false)]
    [InlineData("reset", true)]
    [InlineData("confirm", false)]
    [InlineData("confirm", true)]
    public async Task Once_no_link_works_any_more_the_owner_gets_one_in_spite_of_the_flood(string purpose, bool fromDeadLink)
    {
        await using var app = await StartAsync(new() { ["Tokens:Lifetimes:Confirm"] = "00:30:00" });
        var owner = await app.AddAccountAsync(shape: row => row.EmailConfirmed = purpose == "reset");
        await AskAsync(app, owner, Permits + 3, purpose == "reset" ? OutboxKind.ResetLink : OutboxKind.ConfirmLink);
        var mails = app.Mails.To(owner.Email!);
        Assert.Equal(Permits, mails.Count);
        using var visitor = app.Open();
        app.Clock.Move(LinkIsDead);

        if (fromDeadLink)
        {
            var dead = await visitor.GetAsync(MailFolder.Link(mails[0]));
            dead.IsRefusedAs("expired");
            Assert.StartsWith("/forgot-password/sent", (await visitor.SubmitAsync(dead)).Location, StringComparison.Ordinal);
        }
        else
        {
            await (purpose == "reset" ? visitor.AskAsync(owner.Email!) : visitor.AskToConfirmAsync(owner.Email!));
        }

        (await visitor.UseAsync(MailFolder.Link((await app.Mails.WaitAsync(owner.Email!, Permits + 1))[^1]), owner.Email)).IsUsed(purpose);
    }

    [Theory]
    // Used or killed, links are dead at once; then the wait since the last mail doubles with each one.
    [InlineData(true, new[] { 4, 5, 14, 15, 34, 35, 55 }, new[] { 5, 15, 35 })]
    // While a link works, the owner needs no other.
    [InlineData(false, new[] { 5, 15, 29, 31, 50 }, new[] { 31 })]
    public async Task Beyond_the_budget_one_more_is_sent_after_a_growing_interval_where_no_link_works(
        bool killed,
        int[] minutes,
        int[] sent)
    {
        await using var app = await StartAsync();
        var owner = await app.AddAccountAsync();
        await AskAsync(app, owner, Permits);
        var got = new List<int>();
        var (at, before) = (0, Permits);
        foreach (var minute in minutes)
        {
            // A few seconds of the test itself come on top.
            app.Clock.Move(TimeSpan.FromMinutes(minute - at));
            at = minute;
            if (killed)
                await app.WithAsync<GroupCommitWriter, bool>(appender => KillAsync(app, appender, owner));
            await AskAsync(app, owner, 1);
            if (app.Mails.To(owner.Email!).Count > before)
                got.Add(minute);
            before = app.Mails.To(owner.Email!).Count;
        }

        Assert.Equal(sent, got);
        var reasons = (await app.TrailAsync(owner.Id))
            .Where(line => line.Kind == RecoveryEventKind.Suppressed)
            .Select(line => line.Detail)
            .ToHashSet();
        Assert.Equal([killed ? "enough mails lately" : "enough mails lately, and a link that works is out"], reasons);
    }

    [Fact]
    public async Task A_thousand_clients_over_hours_bring_one_address_no_more_mails_than_the_bound()
    {
        await using var app = await StartAsync();
        var owner = await app.AddAccountAsync();
        var asking = app.Services.GetRequiredService<RequestReset>();
        for (var step = 0; step < 20; step++)
        {
            // The worst case: whoever uses each link at once never has one that works.
            await app.WithAsync<GroupCommitWriter, bool>(appender => KillAsync(app, appender, owner));
            await Task.WhenAll(
                Enumerable
                    .Range(0, 50)
                    .Select(i => asking.ForAddressAsync(MailedLinks.Purpose("reset"), owner.Email!, $"10.0.{step}.{i}")));
            await DoneAsync(app);
            app.Clock.Move(TimeSpan.FromMinutes(5));
        }

        var trail = await app.TrailAsync(owner.Id);
        Assert.Equal(1_000, trail.Count(line => line.Kind == RecoveryEventKind.Requested));
        var mailed = trail.Where(line => line.Kind == RecoveryEventKind.Mailed).Select(line => line.At).ToList();
        Assert.Equal(mailed.Count, app.Mails.To(owner.Email!).Count);
        Assert.Equal(MostInWindow, mailed.Max(end => mailed.Count(at => at <= end && at > end - Window)));
    }

    [Theory]
    [InlineData(false, Permits)]
    // The mails say that the address has an account already.
    [InlineData(true, 2)]
    public async Task Three_accounts_that_want_one_address_share_its_budget(bool isTaken, int most)
    {
        await using var app = await StartAsync();
        var victim = isTaken ? (await app.AddAccountAsync()).Email! : MailedLinks.NewAddress();
        var accounts = new List<Account>();
        for (var i = 0; i < 3; i++)
        {
            var account = await app.AddAccountAsync();
            // However it is written.
            await app.WantAddressAsync(account.Id, i == 0 ? victim.ToUpperInvariant() : victim);
            accounts.Add(account);
        }

        await Task.WhenAll(accounts.Select(account => PutAsync(app, account, Permits, OutboxKind.ChangeLink)));
        await DoneAsync(app);

        Assert.Equal(most, app.Mails.To(victim).Count);
        Assert.Equal(
            (3 * Permits) - most,
            (await app.TrailAsync()).Count(line =>
                line
                    is
                {
                    Kind: RecoveryEventKind.Suppressed,
                    Detail: "enough mails lately" or "enough mails lately, and a link that works is out"
                }));
    }

    [Theory]
    [InlineData(OutboxKind.ConfirmLink)]
    [InlineData(OutboxKind.ResetLink)]
    public async Task Of_mails_without_a_link_an_address_gets_two(string kind)
    {
        await using var app = await StartAsync();
        var account = await app.AddAccountAsync(password: null);
        await app.WithAsync<UserManager<Account>, IdentityResult>(async users =>
            await users.AddLoginAsync((await users.FindByIdAsync(account.Id))!, new UserLoginInfo("google", "key", "Google")));

        await AskAsync(app, account, Permits, kind);
        app.Clock.Move(Window / 2);
        await AskAsync(app, account, Permits, kind);
        Assert.Equal(2, app.Mails.To(account.Email!).Count);

        app.Clock.Move(Window / 2);
        await AskAsync(app, account, Permits, kind);
        Assert.Equal(4, app.Mails.To(account.Email!).Count);
    }

    [Fact]
    public async Task A_hundred_unconfirmed_accounts_on_the_owners_address_keep_no_link_from_the_owner()
    {
        await using var app = await StartAsync();
        // The last in the order of ids.
        var owner = await app.AddAccountAsync(shape: row => row.Id = $"z{Guid.NewGuid():N}");
        var others = await AddUnconfirmedAsync(app, owner.Email!, 100);
        using var visitor = app.Open();
        for (var i = 0; i < 3; i++)
            await visitor.AskAsync(owner.Email!);
        await SettledAsync(app, 3 * (others.Count + 1));
        Assert.Equal(Permits, app.Mails.To(owner.Email!).Count);
        Assert.NotEmpty(await MailedAsync(app, owner));

        app.Clock.Move(LinkIsDead);
        await visitor.AskAsync(owner.Email!);
        await SettledAsync(app, 4 * (others.Count + 1));

        Assert.Equal(Permits + 1, app.Mails.To(owner.Email!).Count);
        (await visitor.UseAsync(MailFolder.Link(app.Mails.To(owner.Email!)[^1]))).IsUsed("reset");
        Assert.NotEqual(owner.PasswordHash, (await app.ReadAsync(owner.Id)).PasswordHash);
    }

    [Fact]
    public async Task What_is_sent_beyond_the_budget_is_for_who_has_confirmed_the_address()
    {
        await using var app = await StartAsync();
        var owner = await app.AddAccountAsync();
        var others = await AddUnconfirmedAsync(app, owner.Email!, Permits + 1);
        // Each by itself, as from the button of a dead link.
        foreach (var other in others.SkipLast(1))
            await AskAsync(app, other, 1);
        Assert.Equal(Permits, app.Mails.To(owner.Email!).Count);
        app.Clock.Move(TimeSpan.FromMinutes(6));

        await AskAsync(app, others[^1], 1);
        await AskAsync(app, owner, 1);

        Assert.Equal((0, 1), ((await MailedAsync(app, others[^1])).Count, (await MailedAsync(app, owner)).Count));
    }

    [Fact]
    public async Task Users_and_admins_do_not_use_up_each_others_budget()
    {
        await using var app = await StartAsync();
        var admin = await app.AddAdminAsync(ConsoleRole.Support);
        var account = await app.AddAccountAsync();
        await AskAsync(app, account, Permits + 1);
        for (var i = 0; i < Permits + 1; i++)
            Assert.True((await app.ActAsync(admin, AdminAction.SendLink, account.Id)).Done);
        await DoneAsync(app);
        Assert.Equal(2 * Permits, app.Mails.To(account.Email!).Count);

        app.Clock.Move(LinkIsDead);
        await AskAsync(app, account, 1);
        Assert.Equal((2 * Permits) + 1, app.Mails.To(account.Email!).Count);
    }

    [Fact]
    public async Task Two_nodes_send_no_more_than_one()
    {
        await using var first = await StartAsync();
        await using var second = await TestApp.StartAsync(new() { ["Recovery:PublicOrigin"] = first.Origin }, beside: first);
        var account = await first.AddAccountAsync();

        await Task.WhenAll(
            new[] { first, second }.SelectMany(node =>
                Enumerable
                    .Range(0, 60)
                    .Select(_ =>
                        node.Services.GetRequiredService<RequestReset>()
                            .ForAddressAsync(MailedLinks.Purpose("reset"), account.Email!, client: null))));
        await SettledAsync(first, 120);

        Assert.Equal(Permits, first.Mails.To(account.Email!).Count);
    }

    [Fact]
    public async Task Lines_say_where_mail_went_by_a_keyed_hash_and_a_change_of_address_starts_afresh()
    {
        await using var app = await StartAsync();
        var account = await app.AddAccountAsync();
        await AskAsync(app, account, Permits + 1);
        var hash = Assert.Single((await MailedAsync(app, account)).Select(line => line.AddressHash).Distinct());
        Assert.Matches("^[0-9a-f]{32}$", hash);

        var moved = MailedLinks.NewAddress();
        await app.AsAnotherApplicationAsync(account.Id, async (users, row) =>
        {
            row.Email = moved;
            return await users.UpdateAsync(row);
        });
        await AskAsync(app, account, 1);

        Assert.Single(app.Mails.To(moved));
        Assert.NotEqual(hash, (await MailedAsync(app, account))[^1].AddressHash);
    }

    private Task<TestApp> StartAsync(Dictionary<string, string?>? settings = null) => TestApp.StartAsync(settings, provider: provider);

    private static async Task<List<Account>> AddUnconfirmedAsync(TestApp app, string address, int count)
    {
        var accounts = new List<Account>();
        for (var i = 0; i < count; i++)
            accounts.Add(
                await app.AddAccountAsync(
                    password: null,
                    row => (row.UserName, row.Email, row.EmailConfirmed) = ($"squatter-{Guid.NewGuid():N}", address, false)));
        return [.. accounts.OrderBy(account => account.Id, StringComparer.Ordinal)];
    }

    private static async Task<List<RecoveryEvent>> MailedAsync(TestApp app, Account account) =>
        [.. (await app.TrailAsync(account.Id)).Where(line => line.Kind == RecoveryEventKind.Mailed)];

    // As if an admin had killed the links: they stay dead, and the account stays as it is.
    private static async Task<bool> KillAsync(TestApp app, GroupCommitWriter appender, Account account)
    {
        await appender.AppendAsync(
            new RecoveryEvent
            {
                At = app.Clock.GetUtcNow(),
                Kind = RecoveryEventKind.LinksKilled,
                AccountId = account.Id,
            },
            Cancellation);
        return true;
    }

    private static async Task AskAsync(TestApp app, Account account, int times, string kind = OutboxKind.ResetLink)
    {
        await PutAsync(app, account, times, kind);
        await DoneAsync(app);
    }

    private static Task PutAsync(TestApp app, Account account, int times, string kind)
    {
        var (appender, now) = (app.Services.GetRequiredService<GroupCommitWriter>(), app.Clock.GetUtcNow());
        return Task.WhenAll(
            Enumerable
                .Range(0, times)
                .Select(_ =>
                    appender.AppendAsync(
                        new OutboxMail
                        {
                            Kind = kind,
                            AccountId = account.Id,
                            RequestedAt = now,
                            DueAt = now,
                        },
                        Cancellation)));
    }

    private static async Task DoneAsync(TestApp app) => Assert.Equal(0, await Eventually.Async(app.OutboxAsync, count => count == 0));

    private static async Task SettledAsync(TestApp app, int requests)
    {
        await Eventually.Async(
            () => app.TrailAsync(),
            lines => lines.Count(line => line.Kind is RecoveryEventKind.Mailed or RecoveryEventKind.Suppressed) >= requests);
        await DoneAsync(app);
    }
}

public sealed class SqliteBudgetTests() : BudgetTests(DatabaseProvider.Sqlite);

public sealed class PostgreSqlBudgetTests() : BudgetTests(DatabaseProvider.PostgreSql);
