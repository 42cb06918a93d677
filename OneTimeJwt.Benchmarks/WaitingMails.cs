using Microsoft.AspNetCore.Hosting;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using OneTimeJwt.Web.Database;
using OneTimeJwt.Web.Mail;
using OneTimeJwt.Web.Outbox;

namespace OneTimeJwt.Benchmarks;

/// <summary>What it takes to send mails while ever more of them wait.</summary>
internal static class WaitingMails
{
    /// <param name="database">An SQLite file with at least half as many accounts.</param>
    /// <param name="waiting">How many mails wait at first.</param>
    /// <param name="sent">How many of them are sent.</param>
    /// <returns>Processor time for each in milliseconds, and megabytes when they are sent.</returns>
    public static async Task<(double Work, double Memory)> MeasureAsync(string database, int waiting, int sent)
    {
        await FillAsync(database, waiting);
        await using var app = ManyAccounts.Open(database, builder =>
        {
            builder.WebHost.UseUrls("http://127.0.0.1:0");
            builder.Services.AddSingleton<IMailTransport, DeliveryScenario.Nowhere>();
        });
        await using var context = await app.Services.GetRequiredService<IDbContextFactory<AccountsContext>>().CreateDbContextAsync();
        var before = await context.Outbox.CountAsync();
        var work = DeliveryScenario.Work();
        await app.StartAsync();
        var left = before;
        for (; before - left < sent; left = await context.Outbox.CountAsync())
            await Task.Delay(1_000);

        work = (DeliveryScenario.Work() - work) / (before - left);
        var memory = DeliveryScenario.Memory();
        await app.StopAsync();
        return (work, memory);
    }

    // Required resets, as a campaign leaves them.
    private static async Task FillAsync(string database, int count)
    {
        await using (var app = ManyAccounts.Open(database))
        {
            await using var context = await app.Services.GetRequiredService<IDbContextFactory<AccountsContext>>().CreateDbContextAsync();
            await context.Outbox.ExecuteDeleteAsync();
            var account = await context.Users.OrderBy(row => row.Id).Select(row => row.Id).FirstAsync();
            context.Add(OutboxMail.ForAdmin(OutboxKind.RequiredReset, account, TimeProvider.System.GetUtcNow()));
            await context.SaveChangesAsync();
        }

        await ManyAccounts.AddRowsAsync(
            database,
            $"""
            INSERT INTO RecoveryOutbox (Id, Kind, AccountId, RequestedAt, DueAt, Attempts, Lease)
            SELECT {ManyAccounts.NewId}, mail.Kind, account.Id, mail.RequestedAt, mail.DueAt, 0, mail.Lease
            FROM (SELECT * FROM RecoveryOutbox LIMIT 1) AS mail, AspNetUsers AS account, (SELECT 1 UNION ALL SELECT 2) LIMIT $count
            """,
            count - 1);
    }
}
