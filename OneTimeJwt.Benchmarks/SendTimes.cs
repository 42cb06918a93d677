using System.Diagnostics;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using MimeKit;
using OneTimeJwt.Web.Data;
using OneTimeJwt.Web.Mail;

namespace OneTimeJwt.Benchmarks;

/// <summary>What asking by address costs from the outbox to the mail, on however many accounts there are: <c>send database</c>.</summary>
internal static class SendTimes
{
    private const int Mails = 5_000;

    public static async Task<int> MeasureAsync(string database)
    {
        await using var app = ManyAccounts.Open(database, builder =>
        {
            builder.Services.AddSingleton<IMailTransport, Nowhere>();
            Microsoft.AspNetCore.Hosting.HostingAbstractionsWebHostBuilderExtensions.UseUrls(builder.WebHost, "http://127.0.0.1:0");
        });
        var contexts = app.Services.GetRequiredService<IDbContextFactory<AccountsContext>>();
        var typed = app.Services.GetRequiredService<Web.Recovery.TypedAddress>();
        await using var context = await contexts.CreateDbContextAsync();
        var accounts = await context.Users.CountAsync();
        var now = TimeProvider.System.GetUtcNow();
        var random = new Random(1);
        context.AddRange(Enumerable.Range(0, Mails).Select(_ => new OutboxMail { Kind = OutboxKind.ResetLink, TypedAddress = typed.Protect(ManyAccounts.Address(random.Next(accounts))), RequestedAt = now, DueAt = now }));
        await context.SaveChangesAsync();

        var since = Stopwatch.StartNew();
        await app.StartAsync();
        while (await context.Outbox.AnyAsync())
            await Task.Delay(50);
        await Console.Out.WriteLineAsync($"{accounts:N0} accounts: {Mails:N0} requests in {since.Elapsed.TotalSeconds:N1} s, {Mails / since.Elapsed.TotalSeconds:N0} a second");
        await app.StopAsync();
        return 0;
    }

    private sealed class Nowhere : IMailTransport
    {
        public Task SendAsync(MimeMessage message, CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
