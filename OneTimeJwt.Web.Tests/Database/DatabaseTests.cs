using Microsoft.EntityFrameworkCore.Diagnostics;
using OneTimeJwt.E2E.Infrastructure;
using OneTimeJwt.Web.Admin;
using OneTimeJwt.Web.Campaigns;
using OneTimeJwt.Web.Outbox;
using OneTimeJwt.Web.SignIn;
using OneTimeJwt.Web.Tests.Admin;

namespace OneTimeJwt.Web.Tests.Database;

/// <summary>What holds on every database, at two nodes.</summary>
public abstract class DatabaseTests(TwoNodes nodes, DatabaseProvider provider)
{
    private const int Many = 50;

    protected static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Of_fifty_redemptions_at_two_nodes_one_succeeds_and_only_its_password_signs_in()
    {
        var (one, other) = await StartAsync();
        var account = await one.AddAccountAsync();
        var path = new Uri(await one.LinkForAsync(account)).PathAndQuery;
        var visitors = Enumerable.Range(0, Many).Select(i => (i % 2 == 0 ? one : other).Open()).ToList();
        var pages = await Task.WhenAll(visitors.Select(visitor => visitor.GetAsync(path)));

        var answers = await Task.WhenAll(
            visitors.Select((visitor, i) => visitor.SubmitAsync(pages[i], ("password", $"{Passwords.New} {i}"))));

        var winner = Assert.Single(Enumerable.Range(0, Many), i => answers[i].PasswordChanged);
        foreach (var answer in answers.Where(answer => !answer.PasswordChanged))
            answer.IsRefusedAs("spent");
        using var loser = one.Open();
        Assert.Equal(
            HttpStatusCode.UnprocessableEntity,
            (await loser.SignInAsync(account.Email!, $"{Passwords.New} {(winner + 1) % Many}")).Status);
        using var owner = other.Open();
        Assert.Equal("/account", (await owner.SignInAsync(account.Email!, $"{Passwords.New} {winner}")).Location);
        Assert.Single(await one.TrailAsync(account.Id), line => line.Kind == RecoveryEventKind.Redeemed);
        visitors.ForEach(visitor => visitor.Dispose());
    }

    [Fact]
    public async Task A_row_that_was_changed_since_it_was_read_is_not_written()
    {
        var (one, other) = await StartAsync();
        var account = await one.AddAccountAsync();
        await using var stale = await one
            .Services.GetRequiredService<IDbContextFactory<AccountsContext>>()
            .CreateDbContextAsync(Cancellation);
        var read = await stale.Users.SingleAsync(row => row.Id == account.Id, Cancellation);
        await other.WithAsync<UserManager<Account>, IdentityResult>(async users =>
            await users.UpdateSecurityStampAsync((await users.FindByIdAsync(account.Id))!));

        read.PasswordHash = "written too late";
        read.ConcurrencyStamp = Guid.NewGuid().ToString();
        stale.Add(new RecoveryEvent { At = one.Clock.GetUtcNow(), Kind = RecoveryEventKind.Redeemed, AccountId = account.Id });

        await Assert.ThrowsAsync<DbUpdateConcurrencyException>(() => stale.SaveChangesAsync(Cancellation));
        Assert.NotEqual("written too late", (await one.ReadAsync(account.Id)).PasswordHash);
        Assert.Empty(await one.TrailAsync(account.Id));
    }

    [Fact]
    public async Task A_notice_that_another_node_sends_at_that_moment_does_not_keep_a_link_from_being_used()
    {
        var (one, _) = await StartAsync();
        var account = await one.AddAccountAsync();
        await using var third = await MeanwhileAsync<RecoveryState>(
            one,
            own => own.AccountId == account.Id,
            () => TrustAsync(one, account));
        using var visitor = third.Open();

        (await visitor.UseAsync(await one.MintAsync("secure", account.Id), account.Email)).IsUsed("secure");

        var own = (await one.ReadAsync(account.Id)).RecoveryState!;
        Assert.Equal((account.Email, 1), (own.TrustedAddress, own.TimesSecured));
    }

    [Fact]
    public async Task An_address_that_another_node_gives_away_at_that_moment_is_taken()
    {
        var wanted = MailedLinks.NewAddress();
        var (one, _) = await StartAsync();
        var account = await one.AddAccountAsync();
        await one.WantAddressAsync(account.Id, wanted);
        await using var third = await MeanwhileAsync<RecoveryState>(
            one,
            own => own.AccountId == account.Id,
            () => one.AddAccountAsync(shape: other => (other.UserName, other.Email) = (wanted, wanted)));
        using var visitor = third.Open();

        (await visitor.UseAsync(await one.MintAsync("change", account.Id), account.Email)).IsRefusedAs("spent");

        Assert.Equal(account.Email, (await one.ReadAsync(account.Id)).Email);
    }

    [Fact]
    public async Task Two_nodes_on_one_outbox_send_each_mail_once_and_no_account_gets_more_than_its_limit()
    {
        var (one, other) = await StartAsync();
        var accounts = new List<Account>();
        for (var i = 0; i < 20; i++)
            accounts.Add(await one.AddAccountAsync());

        // The first asks for more than its five an hour.
        await Task.WhenAll(accounts.Concat(Enumerable.Repeat(accounts[0], 11)).Select(async (account, i) =>
        {
            using var visitor = (i % 2 == 0 ? one : other).Open();
            Assert.Equal("/forgot-password/sent", (await visitor.AskAsync(account.Email!)).Location);
        }));

        await Eventually.Async(() => one.OutboxAsync(), count => count == 0);
        Assert.Equal(5, one.Mails.To(accounts[0].Email!).Count);
        Assert.All(accounts.Skip(1), account => Assert.Single(one.Mails.To(account.Email!)));
    }

    [Fact]
    public async Task Of_many_who_lease_at_once_each_row_has_one_and_each_account_too()
    {
        var (one, other) = await StartAsync();
        // So far ahead that the workers leave it alone; no account has a mail of these.
        var due = one.Clock.GetUtcNow() + TimeSpan.FromMinutes(20);
        var rows = Enumerable
            .Range(0, 60)
            .Select(i => new OutboxMail
            {
                Kind = OutboxKind.AdminNotice,
                AccountId = $"leased {i % 3}",
                RequestedAt = due,
                DueAt = due,
            })
            .ToList();
        await one.WithAsync<AccountsContext, int>(database =>
        {
            database.AddRange(rows);
            return database.SaveChangesAsync();
        });

        var leased = await Task.WhenAll(
            rows.Concat(rows).Select((row, i) => (i % 2 == 0 ? one : other).Services.GetRequiredService<OutboxQueue>().LeaseAsync(row.Id)));

        var had = leased.OfType<OutboxMail>().ToList();
        Assert.Distinct(had.Select(mail => mail.Id));
        Assert.Distinct(had.Select(mail => mail.AccountId));
        await one.WithAsync<AccountsContext, int>(database =>
            database.Outbox.Where(mail => mail.AccountId!.StartsWith("leased")).ExecuteDeleteAsync());
    }

    [Fact]
    public async Task Guesses_made_at_once_at_two_nodes_all_count()
    {
        var (one, other) = await StartAsync();
        var account = await one.AddAccountAsync();

        await Task.WhenAll(
            Enumerable
                .Range(0, 8)
                .Select(i =>
                    (i % 2 == 0 ? one : other).WithAsync<UserManager<Account>, IdentityResult>(async users =>
                        await users.AccessFailedAsync((await users.FindByIdAsync(account.Id))!))));

        var row = await one.ReadAsync(account.Id);
        Assert.True(row.LockoutEnd > one.Clock.GetUtcNow());
        Assert.Equal(0, row.AccessFailedCount);
        Assert.Equal(account.ConcurrencyStamp, row.ConcurrencyStamp);
    }

    [Fact]
    public async Task Of_two_admins_who_lock_each_other_at_once_one_stays()
    {
        var (one, other) = await StartAsync();
        var (ada, bob) = (await one.AddAdminAsync(ConsoleRole.Admin), await one.AddAdminAsync(ConsoleRole.Admin));
        await DismissAllBut(one, ada, bob);

        var outcomes = await Task.WhenAll(one.ActAsync(ada, AdminAction.Lock, bob.Id), other.ActAsync(bob, AdminAction.Lock, ada.Id));

        Assert.Single(outcomes, outcome => outcome.Done);
        Assert.Single(new[] { await one.ReadAsync(ada.Id), await one.ReadAsync(bob.Id) }, account => account.LockoutEnd is null);
    }

    [Fact]
    public async Task A_second_factor_goes_on_and_off_in_one_change()
    {
        var (one, _) = await StartAsync();
        var account = await one.AddAccountAsync();
        var key = await one.WithAsync<UserManager<Account>, string>(users => Task.FromResult(users.GenerateNewAuthenticatorKey()));

        var on = await ChangeAsync(
            (factor, row) => factor.UseAuthenticatorAsync(row, key, Totp.Code(key, DateTimeOffset.UtcNow), client: null));
        Assert.Null(on.Problem);
        Assert.Equal(10, on.Codes.Count);
        Assert.True((await one.ReadAsync(account.Id)).TwoFactorEnabled);

        var off = await ChangeAsync((factor, row) => factor.TurnOffAsync(row, client: null));
        Assert.Null(off.Problem);
        Assert.False((await one.ReadAsync(account.Id)).TwoFactorEnabled);
        Assert.Equal(
            [RecoveryEventKind.TwoFactorOn, RecoveryEventKind.TwoFactorOff],
            (await one.TrailAsync(account.Id)).Select(line => line.Kind).Take(2));

        Task<SecondFactorChange> ChangeAsync(Func<SecondFactor, Account, Task<SecondFactorChange>> change) =>
            one.WithAsync<IServiceProvider, SecondFactorChange>(async services =>
                await change(
                    services.GetRequiredService<SecondFactor>(),
                    (await services.GetRequiredService<UserManager<Account>>().FindByIdAsync(account.Id))!));
    }

    [Fact]
    public async Task A_search_finds_what_starts_with_the_text_and_pages_give_each_account_once()
    {
        var (one, _) = await StartAsync();
        var mark = $"{Guid.NewGuid():N}";
        // What languages sort apart from its code: letters after Z, signs, both cases, wide characters.
        string[] ends = ["z", "za", "zz", "z-b", "z_c", "z%d", "z.e", "zß", "zÄ", "zé", "z😀", "z9", "Z[f", "y", "{"];
        foreach (var end in ends)
            await one.AddAccountAsync(
                password: null,
                shape: account => (account.UserName, account.Email) = ($"{mark}{end}", $"{mark}{end}@example.com"));
        await one.AddAccountAsync(
            password: null,
            shape: account => (account.Id, account.UserName, account.Email) = ($"{mark}z as an id", $"only {mark}", null));

        Assert.Equal(ends.Length + 1, (await FindAsync(mark)).Count);
        var found = await FindAsync($"{mark}z");
        Assert.Equal(ends.Length - 1, found.Count);
        Assert.Distinct(found);
        Assert.Empty(await FindAsync($"{mark}_"));
        Assert.Single(await FindAsync($"{mark}z%"));

        async Task<List<string>> FindAsync(string text)
        {
            var search = one.Services.GetRequiredService<AccountSearch>();
            var ids = new List<string>();
            AccountCursor? cursor = null;
            do
            {
                var page = await search.PageAsync(text, AccountFilters.None, cursor, max: 4, Cancellation);
                ids.AddRange(page.Rows.Select(row => row.Id));
                cursor = page.Next;
            }
            while (cursor is not null);
            return ids;
        }
    }

    [Fact]
    public async Task The_trail_is_paged_and_read_whole_with_each_line_once()
    {
        var (one, _) = await StartAsync();
        var nonce = $"{Random.Shared.NextInt64():x16}";
        var now = one.Clock.GetUtcNow();
        await one.WithAsync<AccountsContext, int>(database =>
        {
            // Many at one moment, so that ids decide.
            database.AddRange(
                Enumerable
                    .Range(0, 1_120)
                    .Select(i => new RecoveryEvent
                    {
                        At = now - TimeSpan.FromSeconds(i / 40),
                        Kind = RecoveryEventKind.Opened,
                        Nonce = nonce,
                    }));
            return database.SaveChangesAsync();
        });
        var reader = one.Services.GetRequiredService<TrailReader>();

        var paged = new List<Guid>();
        TrailCursor? cursor = null;
        for (var pages = 0; pages < 4; pages++)
        {
            var page = await reader.PageAsync(new TrailQuery(Nonce: nonce), cursor, cancellationToken: Cancellation);
            paged.AddRange(page.Lines.Select(line => line.Id));
            cursor = page.Next;
        }

        var whole = new List<Guid>();
        await foreach (var line in reader.AllAsync(new TrailQuery(Nonce: nonce), Cancellation))
            whole.Add(line.Id);

        Assert.Equal(4 * TrailReader.PageSize, paged.Distinct().Count());
        Assert.Equal(1_120, whole.Distinct().Count());
        Assert.Equal(1_120, whole.Count);
        Assert.Equal(paged, whole.AsEnumerable().Reverse().Take(paged.Count));
    }

    [Fact]
    public async Task A_campaign_writes_to_each_account_once_from_two_nodes()
    {
        var (one, _) = await StartAsync();
        var admin = await one.AddAdminAsync(ConsoleRole.Admin);
        var mark = $"{Guid.NewGuid():N}";
        var id = await StartCampaignAsync(one, admin, mark, accounts: 30, CampaignActions.MaxRate);

        var reader = one.Services.GetRequiredService<CampaignReader>();
        var view = await Eventually.Async(() => reader.ReadAsync(id, Cancellation), now => now!.Campaign.State == CampaignState.Done);
        Assert.Equal(new CampaignCounts(Waiting: 0, Queued: 0, Sent: 30, Redeemed: 0, Failed: 0), view!.Counts);
        for (var i = 0; i < 30; i++)
            Assert.Single(one.Mails.To($"{mark}-{i}@example.com"));
    }

    [Theory]
    [InlineData("nul\0@example.com")]
    [InlineData("half\ud800@example.com")]
    public async Task What_a_database_may_refuse_to_store_is_a_clear_answer_and_stops_nothing(string typed)
    {
        var (one, _) = await StartAsync();
        using var visitor = one.Open();
        Assert.InRange((int)(await visitor.AskAsync(typed)).Status, 200, 499);
        Assert.InRange((int)(await visitor.SignInAsync(typed, Passwords.Old)).Status, 400, 499);
        Assert.Empty(
            (
                await one
                    .Services.GetRequiredService<AccountSearch>()
                    .PageAsync(typed, AccountFilters.None, cancellationToken: Cancellation)
            ).Rows);
        Assert.Empty(
            (
                await one
                    .Services.GetRequiredService<TrailReader>()
                    .PageAsync(new TrailQuery(Account: typed), cancellationToken: Cancellation)
            ).Lines);

        // What waits behind it is sent.
        Assert.NotNull(await one.LinkForAsync(await one.AddAccountAsync()));
    }

    [Fact]
    public async Task No_query_reads_a_table_that_grows_from_end_to_end()
    {
        var (one, _) = await StartAsync();
        using var queries = new QueryRecorder(one);
        await EveryFeature.WalkAsync(one, Cancellation);

        var plans = await queries.ExplainAsync(Cancellation);
        Assert.True(plans.Count > 40, $"{plans.Count} queries were seen.");
        Assert.True(
            !plans.Any(plan => plan.ReadsWhole),
            string.Join("\n\n", plans.Where(plan => plan.ReadsWhole).Select(plan => $"{plan.Sql}\n{plan.Text}")));
    }

    protected Task<(TestApp One, TestApp Other)> StartAsync() => nodes.StartAsync(provider);

    /// <summary>A third node: just before it writes the row for the first time, something happens at the first.</summary>
    protected static Task<TestApp> MeanwhileAsync<TRow>(TestApp one, Func<TRow, bool> isTheRow, Func<Task> happens)
        where TRow : class =>
        TestApp.StartAsync(
            new() { ["Recovery:PublicOrigin"] = one.Origin },
            beside: one,
            replace: services =>
                services.ConfigureDbContext<AccountsContext>(options => options.AddInterceptors(new Meanwhile<TRow>(isTheRow, happens))));

    /// <summary>What a notice with a link that secures the account writes.</summary>
    protected static Task TrustAsync(TestApp node, Account account) => node.WithAsync<AccountsContext, int>(database =>
    {
        var own = new RecoveryState { AccountId = account.Id };
        own.Trust(account.Email!, node.Clock.GetUtcNow(), node.Clock.GetUtcNow().AddDays(7));
        database.Add(own);
        return database.SaveChangesAsync();
    });

    // Accounts are called by the mark and their number.
    protected static async Task<Guid> StartCampaignAsync(TestApp app, Member admin, string mark, int accounts, int rate)
    {
        for (var i = 0; i < accounts; i++)
            await app.AddAccountAsync(shape: account => (account.UserName, account.Email) = ($"{mark}-{i}", $"{mark}-{i}@example.com"));

        var campaigns = app.Services.GetRequiredService<CampaignActions>();
        var draft = await campaigns.DraftAsync(
            admin.User,
            new CampaignSelection(mark, AccountFilters.None, List: null),
            requiresReset: true,
            client: null,
            key: null,
            Cancellation);
        Assert.Null(draft.Problem);
        var start = new CampaignStart("a breach", rate, $"{accounts}", Client: null);
        Assert.Null((await campaigns.StartAsync(admin.User, draft.EventId!.Value, start)).Problem);
        return draft.EventId.Value;
    }

    private static async Task DismissAllBut(TestApp app, params Member[] staying)
    {
        var stay = staying.Select(member => member.Id).ToList();
        var others = await app.WithAsync<AccountsContext, List<string>>(database =>
            database.ConsoleRoleMembers
                .Where(member => !stay.Contains(member.AccountId))
                .Select(member => member.AccountId)
                .Distinct()
                .ToListAsync());
        foreach (var id in others)
            await app.Roles().RemoveAsync(id, ConsoleRole.Admin);
    }
}

/// <summary>Something happens once, between what was read and what is written of a row.</summary>
internal sealed class Meanwhile<TRow>(Func<TRow, bool> isTheRow, Func<Task> happens) : SaveChangesInterceptor
    where TRow : class
{
    private bool _happened;

    public override async ValueTask<InterceptionResult<int>> SavingChangesAsync(
        DbContextEventData eventData,
        InterceptionResult<int> result,
        CancellationToken cancellationToken = default)
    {
        if (
            !_happened
            && eventData
                .Context!.ChangeTracker.Entries<TRow>()
                .Any(row => row.State is EntityState.Added or EntityState.Modified && isTheRow(row.Entity)))
        {
            _happened = true;
            await happens();
        }

        return result;
    }
}

public sealed class SqliteTests(TwoNodes nodes) : DatabaseTests(nodes, DatabaseProvider.Sqlite), IClassFixture<TwoNodes>;

public sealed class PostgreSqlTests(TwoNodes nodes) : DatabaseTests(nodes, DatabaseProvider.PostgreSql), IClassFixture<TwoNodes>
{
    [Fact]
    public async Task A_connection_that_breaks_is_made_again_and_nobody_notices()
    {
        var (one, _) = await StartAsync();
        var account = await one.AddAccountAsync();
        var link = await one.LinkForAsync(account);
        using var visitor = one.Open();

        await BreakAsync(one);
        var page = await visitor.GetAsync(link);
        await BreakAsync(one);
        Assert.True((await visitor.SubmitAsync(page, ("password", Passwords.New))).PasswordChanged);
        await BreakAsync(one);
        Assert.Equal("/account", (await visitor.SignInAsync(account.Email!, Passwords.New)).Location);
        await BreakAsync(one);
        Assert.Equal("/forgot-password/sent", (await visitor.AskAsync(account.Email!)).Location);
    }

    // SQLite lets nobody write while an act is judged, this one and the next.
    [Fact]
    public async Task A_notice_that_another_node_sends_at_that_moment_does_not_keep_links_from_being_killed()
    {
        var (one, _) = await StartAsync();
        var account = await one.AddAccountAsync();
        await using var third = await MeanwhileAsync<RecoveryState>(
            one,
            own => own.AccountId == account.Id,
            () => TrustAsync(one, account));

        Assert.True((await third.ActAsync(await one.AddAdminAsync(ConsoleRole.Admin), AdminAction.RevokeLinks, account.Id)).Done);

        var own = (await one.ReadAsync(account.Id)).RecoveryState!;
        Assert.Equal((account.Email, 1), (own.TrustedAddress, own.TimesSecured));
    }

    [Fact]
    public async Task A_campaign_is_stopped_although_another_node_releases_at_that_moment()
    {
        var (one, _) = await StartAsync();
        var admin = await one.AddAdminAsync(ConsoleRole.Admin);
        var id = await StartCampaignAsync(one, admin, $"{Guid.NewGuid():N}", accounts: 2, rate: 1);
        await using var third = await MeanwhileAsync<Campaign>(
            one,
            campaign => campaign.Id == id && campaign.State == CampaignState.Stopped,
            () =>
                one.WithAsync<AccountsContext, int>(database =>
                    database
                        .Campaigns.Where(row => row.Id == id)
                        .ExecuteUpdateAsync(row => row.SetProperty(campaign => campaign.Version, Guid.NewGuid()))));

        var campaigns = third.Services.GetRequiredService<CampaignActions>();
        Assert.Null((await campaigns.ChangeStateAsync(admin.User, id, CampaignAction.Stop, client: null)).Problem);

        Assert.Equal(
            CampaignState.Stopped,
            (await one.Services.GetRequiredService<CampaignReader>().ReadAsync(id, Cancellation))!.Campaign.State);
    }

    private static Task<int> BreakAsync(TestApp app) =>
        app.WithAsync<AccountsContext, int>(async database =>
        {
            await database.Database.OpenConnectionAsync();
            return await database.Database.ExecuteSqlAsync(
                $"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()");
        });
}

public sealed class SqlServerTests(TwoNodes nodes) : DatabaseTests(nodes, DatabaseProvider.SqlServer), IClassFixture<TwoNodes>;

/// <summary>Two nodes on one database, started by the first test that needs them.</summary>
public sealed class TwoNodes : IAsyncDisposable
{
    private readonly SemaphoreSlim _turn = new(1);
    private (TestApp One, TestApp Other)? _nodes;

    public async Task<(TestApp One, TestApp Other)> StartAsync(DatabaseProvider provider)
    {
        await _turn.WaitAsync();
        try
        {
            if (_nodes is null)
            {
                var one = await TestApp.StartAsync(provider: provider);
                _nodes = (one, await TestApp.StartAsync(new() { ["Recovery:PublicOrigin"] = one.Origin }, beside: one));
            }

            return _nodes.Value;
        }
        finally
        {
            _turn.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_nodes is var (one, other))
        {
            await other.DisposeAsync();
            await one.DisposeAsync();
        }

        _turn.Dispose();
    }
}
