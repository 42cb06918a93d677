using System.Text.RegularExpressions;
using Microsoft.EntityFrameworkCore;
using OneTimeJwt.Web.Data;
using OneTimeJwt.Web.Tests.Mail;

namespace OneTimeJwt.Web.Tests.App;

/// <summary>The database goes away while mails are under way at two nodes, and no node crashes: each mail is sent once.</summary>
[Trait("Category", "long")]
public sealed partial class MailInOutageTests
{
    private const int Mails = 400;

    // Longer than a lease, and than eight tries.
    private static readonly TimeSpan Outage = TimeSpan.FromSeconds(45);

    [Fact]
    public async Task A_database_that_is_away_for_a_while_doubles_no_mail()
    {
        await using var server = new SmtpDouble { Ponder = cancellation => Task.Delay(TimeSpan.FromMilliseconds(500), cancellation) };
        await using var database = await PostgreSqlCluster.StartAsync();
        var on = TestDatabase.On(DatabaseProvider.PostgreSql, PostgreSqlCluster.ConnectionStringOf(database));
        await using var one = await TestApp.StartAsync(Settings(server), on: on);
        await using var other = await TestApp.StartAsync(beside: one);
        var accounts = new List<Account>();
        for (var i = 0; i < Mails; i++)
            accounts.Add(await one.AddAccountAsync());

        // In two lots, so that both nodes have their hands full.
        await PutAsync(one, accounts.Take(Mails / 2));
        await Eventually.Async(() => Task.FromResult(server.Mails.Count), count => count > 0);
        await PutAsync(one, accounts.Skip(Mails / 2));
        await Eventually.Async(() => Task.FromResult(server.Mails.Count), count => count > Mails / 5);
        await database.KillAsync();
        Assert.InRange(server.Mails.Count, 1, Mails - 1);
        await Task.Delay(Outage, TestContext.Current.CancellationToken);
        await database.StartAgainAsync();

        Assert.Equal(0, await Eventually.Async(() => CountAsync(one), count => count == 0));
        var sent = server.Mails.Select(mail => To().Match(mail).Groups[1].Value).ToList();
        Assert.Empty(sent.GroupBy(address => address).Where(mails => mails.Count() > 1));
        Assert.Equal(accounts.Select(account => account.Email).Order(StringComparer.Ordinal), sent.Order(StringComparer.Ordinal));
        Assert.Equal(Mails, (await one.TrailAsync()).Count(line => line.Kind == RecoveryEventKind.Mailed));
    }

    // The server needs a moment until it takes connections.
    private static async Task<int> CountAsync(TestApp app)
    {
        try
        {
            return await app.OutboxAsync();
        }
        catch (Exception fault) when (OneTimeJwt.Web.Shell.Outage.Is(fault))
        {
            return -1;
        }
    }

    private static Task<int> PutAsync(TestApp app, IEnumerable<Account> accounts) => app.WithAsync<AccountsContext, int>(database =>
    {
        var now = app.Clock.GetUtcNow();
        database.AddRange(accounts.Select(account =>
            new OutboxMail { Kind = OutboxKind.ResetLink, AccountId = account.Id, RequestedAt = now, DueAt = now }));
        return database.SaveChangesAsync();
    });

    private static Dictionary<string, string?> Settings(SmtpDouble server) => new()
    {
        ["Mail:Transport"] = "Smtp",
        ["Mail:Smtp:Host"] = "127.0.0.1",
        ["Mail:Smtp:Port"] = $"{server.Port}",
        ["Mail:Smtp:Security"] = "None",
    };

    [GeneratedRegex(@"^To: <?([^\s>]+)", RegexOptions.Multiline)]
    private static partial Regex To();
}
