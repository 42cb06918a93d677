using System.Security.Claims;
using OneTimeJwt.Web.Accounts;
using OneTimeJwt.Web.Admin;
using OneTimeJwt.Web.Tests.Admin;

namespace OneTimeJwt.Web.Tests.Accounts.Shapes;

/// <summary>One shape on one kind of database, from its DDL to a link that an admin sends.</summary>
internal sealed class ShapeRun(HostShape shape, DatabaseProvider provider)
{
    private const int AtOnce = 16;

    // A role that every server has, and that row-level security holds for: it leaves nothing behind on the server.
    private const string AsTenant = ";Options=-c role=pg_monitor";

    // What a new password changes of Identity's; a wrong guess was counted before.
    private static readonly string[] OfAReset = ["PasswordHash", "SecurityStamp", "ConcurrencyStamp", "AccessFailedCount"];

    // It signed in once before.
    private static readonly string[] OfALock =
        ["SecurityStamp", "ConcurrencyStamp", "LockoutEnabled", "LockoutEnd", "AccessFailedCount"];

    private readonly IReadOnlyList<HostAccount> _accounts = HostAccount.Of(shape);
    private readonly HostTable _users = shape.Tables(provider).Users;
    private IReadOnlyList<string> _schema = [];
    private IReadOnlyDictionary<string, IReadOnlyList<HostRow>> _rows = new Dictionary<string, IReadOnlyList<HostRow>>();

    public async Task RunAsync()
    {
        var settings = shape.Settings(provider);
        settings["RateLimits:PerClient:Permits"] = "10000";
        await using var app = await TestApp.StartAsync(
            settings,
            provider: provider,
            host: PrepareAsync,
            through: shape.HasRowSecurity ? connection => connection + AsTenant : null);
        Assert.Empty(await app.Services.GetRequiredService<Migrator>().AdoptAsync());
        await IsAsItWasAsync(app.Database);

        var host = HostApp.On(app.Database, shape);
        var session = await HostAcceptsAsync(host, _accounts[0]);
        _rows = await HostSql.RowsAsync(app.Database);
        await RedeemsOnceAsync(app);
        Assert.False(await host.IsLiveAsync(session));
        Assert.NotNull(await host.SignInAsync(_accounts[0], Passwords.New));
        Assert.Null(await host.SignInAsync(_accounts[0], Passwords.Old));
        await ChangedAsync(app.Database, (_accounts[0], [.. Names(OfAReset), .. shape.Cleared]));

        await OfSixteenOneWinsAsync(app);
        await DisabledGetsNothingAsync(app);
        await ConsoleWorksAsync(app, host);
        await ChangedAsync(
            app.Database,
            (_accounts[0], [.. Names(OfAReset), .. shape.Cleared]),
            (_accounts[1], _users.Of("LockoutEnd") is null ? [] : Names(OfALock)));
        Assert.Equal(_schema, await HostSql.SchemaAsync(app.Database));
    }

    private async Task PrepareAsync(TestDatabase database)
    {
        await HostSql.MakeAsync(database, shape, _accounts);
        if (shape.HasRowSecurity)
        {
            await HostSql.RunAsync(database, "GRANT ALL ON SCHEMA public TO pg_monitor");
            await HostSql.RunAsync(
                database, "GRANT SELECT, INSERT, UPDATE, DELETE, REFERENCES ON ALL TABLES IN SCHEMA public TO pg_monitor");
        }

        (_schema, _rows) = (await HostSql.SchemaAsync(database), await HostSql.RowsAsync(database));
        await using var app = UnstartedApp.Beside(provider, database.ConnectionString + (shape.HasRowSecurity ? AsTenant : ""));
        var report = await app.Adoption.CheckAsync(shape.Users);
        Assert.Empty(report.Obstacles);
        Assert.Equal(shape.ProposedOn(provider), report.Settings);
        if (shape.Users is not null)
        {
            var asked = Assert.Single((await app.Adoption.CheckAsync()).Obstacles);
            Assert.Contains(shape.Users, asked, StringComparison.Ordinal);
            Assert.Contains("--users", asked, StringComparison.Ordinal);
        }

        await IsAsItWasAsync(database);
    }

    private async Task IsAsItWasAsync(TestDatabase database)
    {
        Assert.Equal(_schema, await HostSql.SchemaAsync(database));
        await ChangedAsync(database);
    }

    private static async Task<ClaimsPrincipal> HostAcceptsAsync(HostApp host, HostAccount account)
    {
        var session = await host.SignInAsync(account, Passwords.Old);
        Assert.NotNull(session);
        Assert.True(await host.IsLiveAsync(session));
        return session;
    }

    private static async Task RedeemsOnceAsync(TestApp app)
    {
        using var visitor = app.Open();
        (await visitor.AskAsync(HostAccount.Ordinary)).LeadsTo("/forgot-password/sent");
        var link = MailFolder.Link((await app.Mails.WaitAsync(HostAccount.Ordinary))[0]);
        var form = await visitor.GetAsync(link);
        Assert.True((await visitor.SubmitAsync(form, ("password", Passwords.New))).PasswordChanged);
        (await visitor.SubmitAsync(form, ("password", Passwords.Other))).IsRefusedAs("spent");
        (await visitor.GetAsync(link)).IsRefusedAs("spent");
    }

    private static async Task OfSixteenOneWinsAsync(TestApp app)
    {
        // A notice was mailed meanwhile.
        await app.Mails.WaitAsync(HostAccount.Ordinary, 2);
        using var visitor = app.Open();
        await visitor.AskAsync(HostAccount.Ordinary);
        var link = MailFolder.Link((await app.Mails.WaitAsync(HostAccount.Ordinary, 3))[2]);
        var visitors = Enumerable.Range(0, AtOnce).Select(_ => app.Open()).ToList();
        var pages = await Task.WhenAll(visitors.Select(one => one.GetAsync(link)));

        var answers = await Task.WhenAll(
            visitors.Select((one, i) => one.SubmitAsync(pages[i], ("password", $"{Passwords.Other} {i}"))));

        Assert.Single(answers, answer => answer.PasswordChanged);
        Assert.All(answers.Where(answer => !answer.PasswordChanged), answer => answer.IsRefusedAs("spent"));
        visitors.ForEach(one => one.Dispose());
        await app.Mails.WaitAsync(HostAccount.Ordinary, 4);
    }

    private async Task DisabledGetsNothingAsync(TestApp app)
    {
        if (shape.Disabled is null)
            return;

        using var visitor = app.Open();
        await visitor.AskAsync(HostAccount.Disabled);
        var trail = await Eventually.Async(
            () => app.TrailAsync(),
            lines => lines.Any(line => line.Kind == RecoveryEventKind.Suppressed));
        Assert.Contains(trail, line => line.Kind == RecoveryEventKind.Suppressed);
        Assert.Empty(app.Mails.To(HostAccount.Disabled));
        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await visitor.SignInAsync(HostAccount.Disabled, Passwords.Old)).Status);
        (await visitor.SignInAsync(HostAccount.Other, Passwords.Old)).LeadsTo("/account");
    }

    private async Task ConsoleWorksAsync(TestApp app, HostApp host)
    {
        var search = app.Services.GetRequiredService<AccountSearch>();
        var (ordinary, other, boss) = (
            await FoundAsync(app, HostAccount.Ordinary),
            await FoundAsync(app, HostAccount.Other),
            await FoundAsync(app, HostAccount.Admin));
        Assert.Equal($"{_accounts[0].Id}", ordinary.Id);
        Assert.Equal(ordinary.Id, Assert.Single((await search.PageAsync(ordinary.Id, AccountFilters.None)).Rows).Id);
        Assert.Equal(
            _accounts.Where(account => !account.IsHidden).Select(account => $"{account.Id}").Order(),
            (await search.PageAsync("", AccountFilters.None)).Rows.Select(row => row.Id).Order());

        var admin = await app.MemberAsync(await app.ReadAsync(boss.Id), ConsoleRole.Admin);
        var locked = await app.ActAsync(admin, AdminAction.Lock, other.Id);
        Assert.Equal(_users.Of("LockoutEnd") is not null, locked.Done);
        Assert.Equal(locked.Done, await host.SignInAsync(_accounts[1], Passwords.Old) is null);
        if (!locked.Done)
            Assert.Contains("lock", locked.Message, StringComparison.OrdinalIgnoreCase);

        // What somebody types as an id may be anything.
        foreach (var text in new[] { "no id", "-1", "99999999999999999999", Guid.Empty.ToString(), "'", "" })
        {
            Assert.Null(await app.WithAsync<AccountReader, AccountDetails?>(reader => reader.ReadAsync(admin.User, text)));
            Assert.Null(await app.WithAsync<AccountsContext, Account?>(async database => await database.Users.FindAsync(text)));
        }

        var sent = await app.ActAsync(admin, AdminAction.SendLink, ordinary.Id);
        Assert.True(sent.Done, sent.Message);
        var link = MailFolder.Link((await app.Mails.WaitAsync(HostAccount.Ordinary, 5))[4]);
        Assert.Contains("/reset-password?token=", link, StringComparison.Ordinal);
        Assert.Equal(5, app.Mails.To(HostAccount.Ordinary).Count);
    }

    private static async Task<AccountRow> FoundAsync(TestApp app, string address) =>
        Assert.Single(
            (await app.Services.GetRequiredService<AccountSearch>().PageAsync(address, AccountFilters.None)).Rows);

    // The host's names of columns.
    private string[] Names(string[] properties) => [.. properties.Select(name => _users.Of(name)?.Name).OfType<string>()];

    // Rows of the host's tables that differ from before, and in which columns; those of a reset all do.
    private async Task ChangedAsync(TestDatabase database, params (HostAccount Account, string[] Columns)[] expected)
    {
        var now = await HostSql.RowsAsync(database);
        Assert.Equal(_rows.Keys.Order(), now.Keys.Order());
        foreach (var (table, rows) in _rows.Where(table => table.Key != shape.WrittenByTrigger && table.Key != _users.Name))
            Assert.Equal(rows.Select(HostSql.Text), now[table].Select(HostSql.Text));

        var id = _users.Of("Id")!.Name;
        Assert.Equal(_rows[_users.Name].Count, now[_users.Name].Count);
        foreach (var (before, account) in _rows[_users.Name].Select(row => (row, _accounts.Single(known => IsOf(known, row[id])))))
        {
            var after = now[_users.Name].Single(row => row[id] == before[id]);
            var allowed = expected.Where(change => change.Account == account).SelectMany(change => change.Columns).ToList();
            Assert.Empty(before.ChangedIn(after).Except(allowed));
            Assert.Empty(allowed.Except(before.ChangedIn(after)).Except(Names(["AccessFailedCount", "LockoutEnabled"])));
            Assert.All(shape.Cleared.Where(allowed.Contains), column => Assert.Equal("", after[column]));
        }

        if (expected.Length > 0 && shape.WrittenByTrigger is { } written)
            Assert.NotEmpty(now[written]);
    }

    private static bool IsOf(HostAccount account, string stored) =>
        string.Equals(stored.Trim('\''), $"{account.Id}", StringComparison.OrdinalIgnoreCase);
}
