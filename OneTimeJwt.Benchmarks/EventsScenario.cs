using System.Diagnostics;
using System.Security.Claims;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using OneTimeJwt.Web.Admin;
using OneTimeJwt.Web.Audit;
using OneTimeJwt.Web.Database;

namespace OneTimeJwt.Benchmarks;

/// <summary>What an act costs more where its event is sent on, and how fast events leave.</summary>
internal static class EventsScenario
{
    private const int AtOnce = 50;
    private const int Seeding = 5_000;

    public static async Task RunAsync(bool quick)
    {
        using var scratch = new Scratch();
        await using var receiver = await ReceiveAsync();
        var webhook = Webhook(receiver.Urls.Single());
        var (accounts, events) = quick ? (300, 300) : (4_000, 50_000);
        var (without, with) = await ActsAsync(scratch.File("acts.db"), accounts, webhook);
        var sent = await SendAsync(scratch.File("webhook.db"), events, webhook);
        var written = await SendAsync(scratch.File("file.db"), events, new() { ["Trail:JsonLines"] = scratch.File("trail.jsonl") });
        await Report.AddAsync(
            "Events out",
            [
                Figure.AtMost(1.25, "an act whose event is sent to one webhook (SQLite)", with, without, "0.00 ms", "no destination"),
                new Figure($"events a second to a webhook beside it, of {events:N0}", Figure.Text(sent, "0"), ""),
                new Figure($"events a second to a file, of {events:N0}", Figure.Text(written, "0"), ""),
            ]);
    }

    private static Dictionary<string, string> Webhook(string url) => new()
    {
        ["Webhooks:Endpoints:0:Url"] = url,
        ["Webhooks:Endpoints:0:Secrets:0"] = $"whsec_{Convert.ToBase64String(new byte[32])}",
        ["Webhooks:Endpoints:0:AllowPrivateNetworks"] = "true",
    };

    /// <summary>Acts in turns, in two apps over one database that aren't started: what is written is measured, not what is sent.</summary>
    /// <returns>The median of an act, in milliseconds.</returns>
    private static async Task<(double Without, double With)> ActsAsync(
        string database, int accounts, Dictionary<string, string> destinations)
    {
        await ManyAccounts.GenerateAsync(database, accounts, silent: true);
        await using var without = Open(database, []);
        await using var with = Open(database, destinations);
        var ids = await IdsAsync(without.Services);
        var admin = await ManyAccounts.AdminAsync(without.Services, ids[0]);
        var times = new[] { new List<double>(), new List<double>() };
        foreach (var (batch, i) in ids.Skip(1).Chunk(AtOnce).Select((batch, i) => (batch, i)))
        {
            var (app, kept) = i % 2 == 0 ? (without, times[0]) : (with, times[1]);
            foreach (var id in batch)
            {
                var took = await ActAsync(app.Services, admin, id);
                // The first ones of each are compiled.
                if (i >= 2)
                    kept.Add(took);
            }
        }

        return (times[0].Median(), times[1].Median());
    }

    private static async Task<double> ActAsync(IServiceProvider services, ClaimsPrincipal admin, string id)
    {
        await using var scope = services.CreateAsyncScope();
        var acts = scope.ServiceProvider.GetRequiredService<AdminActions>();
        var since = Stopwatch.GetTimestamp();
        var outcome = await acts.DoAsync(admin, new AdminActionRequest(AdminAction.RevokeLinks, id, "a benchmark", "192.0.2.1"));
        var took = Stopwatch.GetElapsedTime(since).TotalMilliseconds;
        return outcome.Done ? took : throw new InvalidOperationException(outcome.Message);
    }

    private static async Task<List<string>> IdsAsync(IServiceProvider services)
    {
        await using var context = await services.GetRequiredService<IDbContextFactory<AccountsContext>>().CreateDbContextAsync();
        return await context.Users.Where(account => account.LockoutEnd == null && account.PasswordHash != null)
            .OrderBy(account => account.Id)
            .Select(account => account.Id)
            .ToListAsync();
    }

    /// <returns>Events a second, from the app's start until none waits.</returns>
    private static async Task<double> SendAsync(string database, int events, Dictionary<string, string> destinations)
    {
        await using var app = Open(database, destinations);
        await app.Services.GetRequiredService<Migrator>().MigrateAsync();
        var contexts = app.Services.GetRequiredService<IDbContextFactory<AccountsContext>>();
        var now = TimeProvider.System.GetUtcNow();
        foreach (var part in Enumerable.Range(0, events).Chunk(Seeding))
        {
            await using var filling = await contexts.CreateDbContextAsync();
            filling.AddRange(part.Select(i => RecoveryEvent.Of(RecoveryEventKind.Opened, $"account-{i}", now, "192.0.2.1")));
            await filling.SaveChangesAsync();
        }

        await using var context = await contexts.CreateDbContextAsync();
        if (await context.EventDeliveries.CountAsync() != events)
            throw new InvalidOperationException("Not every event waits to be sent.");
        await app.StartAsync();
        var since = Stopwatch.StartNew();
        while (await context.EventDeliveries.AnyAsync())
            await Task.Delay(50);
        var rate = events / since.Elapsed.TotalSeconds;
        await app.StopAsync();
        return rate;
    }

    private static WebApplication Open(string database, Dictionary<string, string> settings) => ManyAccounts.Open(database, builder =>
    {
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        foreach (var (key, value) in settings)
            builder.Configuration[key] = value;
    });

    private static async Task<WebApplication> ReceiveAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var server = builder.Build();
        server.Run(async http =>
        {
            await http.Request.Body.CopyToAsync(Stream.Null);
            http.Response.StatusCode = StatusCodes.Status204NoContent;
        });
        await server.StartAsync();
        return server;
    }
}
