using System.Diagnostics;
using System.Globalization;
using Microsoft.AspNetCore.Hosting;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using OneTimeJwt.Web.Database;
using OneTimeJwt.Web.Mail;
using OneTimeJwt.Web.Outbox;

namespace OneTimeJwt.Benchmarks;

/// <summary>What it takes to send mails while ever more of them wait, each time in a process of its own.</summary>
internal static class WaitingMails
{
    public const string Command = "waiting";

    /// <param name="database">An SQLite file with at least as many accounts: one mail for each.</param>
    /// <param name="waiting">How many mails wait at first.</param>
    /// <param name="sent">How many of them are sent: half before the measuring begins, and nine tenths until it ends.</param>
    /// <returns>Processor time for each in milliseconds, and megabytes when they are sent.</returns>
    public static async Task<(double Work, double Memory)> MeasureAsync(string database, int waiting, int sent)
    {
        await FillAsync(database, waiting);
        using var process = Process.Start(
            new ProcessStartInfo(
                "dotnet", [typeof(WaitingMails).Assembly.Location, Command, database, sent.ToString(CultureInfo.InvariantCulture)])
            {
                RedirectStandardOutput = true,
            })!;
        var told = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return process.ExitCode == 0 && told.Split() is [var work, var memory, ..]
            ? (double.Parse(work, CultureInfo.InvariantCulture), double.Parse(memory, CultureInfo.InvariantCulture))
            : throw new InvalidOperationException($"The process that sends ended with {process.ExitCode}.");
    }

    /// <summary>What that process does.</summary>
    public static async Task<int> SendAsync(string database, int sent)
    {
        var nowhere = new DeliveryScenario.Nowhere();
        await using var app = ManyAccounts.Open(database, builder =>
        {
            builder.WebHost.UseUrls("http://127.0.0.1:0");
            builder.Services.AddSingleton<IMailTransport>(nowhere);
        });
        await app.StartAsync();
        await nowhere.TookAsync(sent / 2);
        var (first, work) = (nowhere.Taken, DeliveryScenario.Work());
        await nowhere.TookAsync(sent * 9 / 10);
        work = (DeliveryScenario.Work() - work) / (nowhere.Taken - first);
        await Console.Out.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"{work} {DeliveryScenario.Memory()}"));
        await app.StopAsync();
        return 0;
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
            FROM (SELECT * FROM RecoveryOutbox LIMIT 1) AS mail, AspNetUsers AS account LIMIT $count
            """,
            count - 1);
    }
}
