using System.Text.RegularExpressions;
using Npgsql;
using OneTimeJwt.Web.Outbox;
using OneTimeJwt.Web.Tests.Mail;

namespace OneTimeJwt.Web.Tests.Delivery;

/// <summary>The database goes away while mails are under way at two nodes, and no node crashes: each mail is sent once.</summary>
[Trait("Category", "long")]
public sealed partial class MailInOutageTests
{
    private const int Mails = 400;

    // Longer than a lease, and than eight tries.
    private static readonly TimeSpan Outage = TimeSpan.FromSeconds(45);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_database_that_is_away_or_takes_no_write_for_a_while_doubles_no_mail(bool isReadOnly)
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
        await (isReadOnly ? SetReadOnlyAsync(database, true) : database.KillAsync());
        Assert.InRange(server.Mails.Count, 1, Mails - 1);
        await Task.Delay(Outage, TestContext.Current.CancellationToken);
        await (isReadOnly ? SetReadOnlyAsync(database, false) : database.StartAgainAsync());

        Assert.Equal(0, await Eventually.Async(() => CountAsync(one), count => count == 0));
        var sent = server.Mails.Select(mail => To().Match(mail).Groups[1].Value).ToList();
        Assert.DoesNotContain(sent.GroupBy(address => address), mails => mails.Count() > 1);
        Assert.Equal(accounts.Select(account => account.Email).Order(StringComparer.Ordinal), sent.Order(StringComparer.Ordinal));
        Assert.Equal(Mails, (await one.TrailAsync()).Count(line => line.Kind == RecoveryEventKind.Mailed));
    }

    private static async Task SetReadOnlyAsync(PostgreSqlCluster database, bool isReadOnly)
    {
        await using var connection = new NpgsqlConnection(PostgreSqlCluster.ConnectionStringOf(database));
        await connection.OpenAsync();
        await RunAsync("SET default_transaction_read_only = off");
        await RunAsync($"ALTER SYSTEM SET default_transaction_read_only = {(isReadOnly ? "on" : "off")}");
        await RunAsync("SELECT pg_reload_conf()");

        async Task RunAsync(string sql)
        {
#pragma warning disable CA2100 // Constants of this test.
            await using var command = new NpgsqlCommand(sql, connection);
#pragma warning restore CA2100
            await command.ExecuteNonQueryAsync();
        }
    }

    // The server needs a moment until it takes connections.
    private static async Task<int> CountAsync(TestApp app)
    {
        try
        {
            return await app.OutboxAsync();
        }
        catch (Exception fault) when (fault.IsOutage())
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
