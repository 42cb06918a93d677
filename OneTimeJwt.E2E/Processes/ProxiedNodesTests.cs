using System.Globalization;
using OneTimeJwt.E2E.Infrastructure;
using OneTimeJwt.E2E.Reporting;

namespace OneTimeJwt.E2E.Processes;

/// <summary>Two processes on one PostgreSQL behind an nginx that sends each request to the other one.</summary>
[Guarantee(2, 9)]
[Purpose("reset")]
[Role("operator")]
public sealed class ProxiedNodesTests
{
    private const int Queue = 1_000;

    // As many as a node has under way at a time.
    private const int AtOnce = 32;

    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(120);

    [Fact]
    [Trait("Category", "long")]
    public async Task A_recovery_crosses_nodes_and_a_kill_loses_no_mail_twenty_times_in_a_row()
    {
        for (var i = 0; i < 20; i++)
            await RunAsync();
    }

    private static async Task RunAsync()
    {
        await using var database = await PostgreSqlDatabase.MakeAsync();
        await using var nginx = new Nginx();
        var settings = new Dictionary<string, string>
        {
            ["Database__Provider"] = "PostgreSql",
            ["ConnectionStrings__Accounts"] = database.ConnectionString,
            ["Recovery__PublicOrigin"] = nginx.Address.GetLeftPart(UriPartial.Authority),
            ["Security__KnownProxies__0"] = "127.0.0.1",
        };
        await using var one = await RunningApp.StartAsync(settings);
        await using var other = await RunningApp.StartAsync([], beside: one);
        await nginx.StartAsync(one, other);

        await RecoverAsync(nginx, new InboxFolder(one.Inbox));
        await KillInTheMiddleAsync(database, other, new InboxFolder(one.Inbox));
    }

    // A page and what is sent from it go to different nodes, each time.
    private static async Task RecoverAsync(Nginx nginx, InboxFolder inbox)
    {
        var account = Seeds.Read().First(seed => seed.Kind == AccountKind.Ordinary);
        using var visitor = new Visitor(nginx.Address);
        var asked = await SubmitElsewhereAsync(visitor, "/forgot-password", "/forgot-password", ("email", account.Email));
        Assert.Equal("/forgot-password/sent", asked.Location);

        var link = (await inbox.NextAsync(account.Email, InboxFolder.ResetSubject)).Link;
        var password = account.NewPassword();
        var changed = await SubmitElsewhereAsync(
            visitor,
            new Uri(link).PathAndQuery,
            "/reset-password",
            ("token", ResetForm.Token(link)),
            ("password", password));
        Assert.Equal("/reset-password/done", changed.Location);

        for (var i = 0; i < 2; i++)
        {
            var again = await visitor.GetAsync(new Uri(link).PathAndQuery);
            Assert.Equal(410, (int)again.Status);
        }

        Assert.True(await ResetForm.SignsInAsync(nginx.Address, account, password));
        Assert.False(await ResetForm.SignsInAsync(nginx.Address, account, account.Password));
    }

    private static async Task<Answer> SubmitElsewhereAsync(
        Visitor visitor,
        string page,
        string action,
        params (string Name, string Value)[] fields)
    {
        var shown = await visitor.GetAsync(page);
        var answer = await visitor.Prepare(shown, action, fields)();
        Assert.NotEqual(shown.Headers[Nginx.NodeHeader], answer.Headers[Nginx.NodeHeader]);
        return answer;
    }

    private static async Task KillInTheMiddleAsync(PostgreSqlDatabase database, RunningApp victim, InboxFolder inbox)
    {
        await database.RunAsync($"""
            INSERT INTO "AspNetUsers" ("Id", "UserName", "NormalizedUserName", "Email", "NormalizedEmail", "EmailConfirmed",
            "PasswordHash", "SecurityStamp", "ConcurrencyStamp", "PhoneNumberConfirmed", "TwoFactorEnabled", "LockoutEnabled",
            "AccessFailedCount")
            SELECT 'queued-' || i, 'queued-' || i, 'QUEUED-' || i, 'queued-' || i || '@example.org',
            'QUEUED-' || i || '@EXAMPLE.ORG', true, 'AQ==', 'stamp ' || i, 'stamp', false, false, true, 0
            FROM generate_series(1, {Queue}) AS i;
            INSERT INTO "RecoveryOutbox" ("Id", "Kind", "AccountId", "RequestedAt", "DueAt", "Attempts", "Lease")
            SELECT gen_random_uuid(), 'ResetLink', 'queued-' || i, now(), now(), 0, '00000000-0000-0000-0000-000000000000'
            FROM generate_series(1, {Queue}) AS i;
            """);
        await UntilAsync(() => Task.FromResult(Recipients(inbox).Count > Queue / 4));

        await victim.KillAsync();
        var underWay = await database.ReadAsync("""SELECT "AccountId" FROM "RecoveryOutbox" WHERE "LeasedUntil" > now()""");
        Assert.InRange(
            int.Parse((await database.ReadAsync("""SELECT count(*) FROM "RecoveryOutbox" """))[0], CultureInfo.InvariantCulture),
            1,
            Queue);

        await UntilAsync(async () => await database.ReadAsync("""SELECT count(*) FROM "RecoveryOutbox" """) is ["0"]);
        var mailed = Recipients(inbox).GroupBy(address => address).ToDictionary(mails => mails.Key, mails => mails.Count());
        Assert.Equal(Queue, mailed.Count);
        var twice = mailed.Where(mails => mails.Value > 1).Select(mails => mails.Key.Split('@')[0]).ToList();
        Assert.All(mailed.Values, count => Assert.InRange(count, 1, 2));
        Assert.InRange(twice.Count, 0, AtOnce);
        Assert.Subset(underWay.ToHashSet(), twice.ToHashSet());
    }

    private static List<string> Recipients(InboxFolder inbox) =>
        [.. inbox.Recipients().Where(address => address.StartsWith("queued-", StringComparison.Ordinal))];

    private static async Task UntilAsync(Func<Task<bool>> isSo)
    {
        var end = DateTimeOffset.UtcNow + Timeout;
        while (!await isSo())
        {
            Assert.True(DateTimeOffset.UtcNow < end, "It did not come to that in time.");
            await Task.Delay(50);
        }
    }
}
