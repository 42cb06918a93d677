using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using OneTimeJwt.Tokens;
using OneTimeJwt.Web.Admin;
using OneTimeJwt.Web.Audit;
using OneTimeJwt.Web.Database;

namespace OneTimeJwt.Benchmarks;

/// <summary>The same acts on ever more accounts, and on a long trail: nothing of what a user waits for may grow with them.</summary>
internal static class GrowthScenario
{
    private const int MaximalTrail = 1_000_000;

    private static readonly string[] Acts = ["open a link", "ask for a link", "deliver a mail", "find an account"];

    public static async Task RunAsync(bool quick)
    {
        using var scratch = new Scratch();
        var samples = quick ? 20 : 400;
        (int Accounts, int Trail)[] sizes = quick
            ? [(100, 0), (500, 0), (500, 1_000)]
            : [(1_000, 0), (100_000, 0), (1_000_000, 0), (1_000_000, MaximalTrail)];
        var measured = new List<(int Accounts, int Trail, double[] Times)>();
        foreach (var (accounts, trail) in sizes)
        {
            var database = scratch.File($"{accounts}.db");
            if (!File.Exists(database))
                await ManyAccounts.GenerateAsync(database, accounts, silent: true);
            if (trail > 0)
                await FillTrailAsync(database, trail);
            measured.Add((accounts, trail, await MeasureAsync(database, accounts, samples)));
        }

        var first = measured[0];
        await Report.AddAsync(
            "Growth",
            measured.SelectMany(size =>
                Acts.Select(
                    (act, i) =>
                        new Figure(
                            string.Create(
                                CultureInfo.InvariantCulture,
                                $"{act}, {size.Accounts:N0} accounts{(size.Trail > 0 ? $" and {size.Trail:N0} events more" : "")}"),
                            Figure.Text(size.Times[i], "0.00 ms"),
                            Figure.Text(first.Times[i], "0.00 ms")
                                + string.Create(CultureInfo.InvariantCulture, $" ({first.Accounts:N0} accounts)"),
                            size.Times[i] / first.Times[i]))));

        int[] waiting = quick ? [100, 500] : [10_000, 100_000, 1_000_000];
        var sent = new List<(int Waiting, double Work, double Memory)>();
        foreach (var count in waiting)
        {
            var (work, memory) = await WaitingMails.MeasureAsync(scratch.File($"{sizes[^1].Accounts}.db"), count, waiting[0]);
            sent.Add((count, work, memory));
        }

        await Report.AddAsync("Mails that wait", Waiting(sent));
        if (!quick)
            GrowthPicture.Draw(
                Path.Combine(Subjects.Repository(), "docs", "growth.svg"),
                Acts,
                measured.Where(size => size.Trail == 0).Select(size => ((double)size.Accounts, size.Times)).ToList(),
                sent.Select(size => ((double)size.Waiting, size.Work)).ToList());
    }

    private static IEnumerable<Figure> Waiting(List<(int Waiting, double Work, double Memory)> sent)
    {
        var (first, last) = (sent[0], sent[^1]);
        var of = string.Create(CultureInfo.InvariantCulture, $"while {first.Waiting:N0} wait");
        foreach (var size in sent)
        {
            yield return new Figure(
                string.Create(CultureInfo.InvariantCulture, $"deliver a mail while {size.Waiting:N0} wait"),
                Figure.Text(size.Work, "0.00 ms"),
                $"{Figure.Text(first.Work, "0.00 ms")} ({of})",
                size.Work / first.Work);
        }

        yield return Figure.AtMost(
            1.1,
            string.Create(CultureInfo.InvariantCulture, $"memory when {first.Waiting:N0} of {last.Waiting:N0} were sent"),
            last.Memory,
            first.Memory,
            "0 MB",
            of);
    }

    private static async Task<double[]> MeasureAsync(string database, int accounts, int samples)
    {
        var mails = samples * 5;
        var delivery = await DeliveryScenario.MeasureAsync(database, accounts, mails, mailPort: null);
        await using var app = ManyAccounts.Open(database, builder =>
        {
            builder.WebHost.UseUrls("http://127.0.0.1:0");
            builder.Configuration["RateLimits:PerClient:Permits"] = "1000000000";
        });
        Web.Program.Use(app);
        await app.StartAsync();
        var times = new[]
        {
            await OpenAsync(app, accounts, samples),
            await AskAsync(app, accounts, samples),
            delivery.Work,
            await FindAsync(app, accounts, samples),
        };
        await app.StopAsync();
        return times;
    }

    private static async Task<double> OpenAsync(WebApplication app, int accounts, int samples)
    {
        var tokens = app.Services.GetRequiredService<OneTimeTokens>();
        await using var context = await app.Services.GetRequiredService<IDbContextFactory<AccountsContext>>().CreateDbContextAsync();
        var links = new List<string>();
        foreach (
            var email in Enumerable
                .Range(0, samples)
                .Select(_ => ManyAccounts.Address(RandomNumberGenerator.GetInt32(accounts)).ToUpperInvariant()))
            links.Add(
                tokens
                    .Mint(TokenPurpose.Reset, await context.Users.AsNoTracking().SingleAsync(account => account.NormalizedEmail == email))
                    .Value);

        using var client = Client(app);
        // Accounts that an admin locked open no link.
        return await MedianAsync(
            links,
            async link =>
                (await client.GetAsync(new Uri($"/reset-password?token={link}", UriKind.Relative))).StatusCode
                    is HttpStatusCode.OK
                        or HttpStatusCode.Gone);
    }

    private static async Task<double> AskAsync(WebApplication app, int accounts, int samples)
    {
        using var client = Client(app);
        var proof = await Http.ProofAsync(client);
        return await MedianAsync(
            Enumerable.Range(0, samples),
            async _ =>
            {
                using var content = new FormUrlEncodedContent(
                    new Dictionary<string, string>
                    {
                        ["__RequestVerificationToken"] = proof,
                        ["email"] = ManyAccounts.Address(RandomNumberGenerator.GetInt32(accounts)),
                    });
                using var answer = await client.PostAsync(new Uri("/forgot-password", UriKind.Relative), content);
                return answer.StatusCode == HttpStatusCode.SeeOther;
            });
    }

    private static Task<double> FindAsync(WebApplication app, int accounts, int samples)
    {
        var search = app.Services.GetRequiredService<AccountSearch>();
        return MedianAsync(
            Enumerable.Range(0, samples).Select(_ => ManyAccounts.Address(RandomNumberGenerator.GetInt32(accounts))),
            async address => (await search.PageAsync(address[..^4], AccountFilters.None)).Rows.Count > 0);
    }

    // In milliseconds, after a first tenth to warm up.
    private static async Task<double> MedianAsync<T>(IEnumerable<T> samples, Func<T, Task<bool>> act)
    {
        var times = new List<double>();
        foreach (var sample in samples)
        {
            var since = Stopwatch.GetTimestamp();
            if (!await act(sample))
                throw new InvalidOperationException("What is measured doesn't work.");
            times.Add(Stopwatch.GetElapsedTime(since).TotalMilliseconds);
        }

        return times.Skip(times.Count / 10).Median();
    }

    private static HttpClient Client(WebApplication app) =>
        Http.Client(new Uri(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single()));

    /// <summary>Links that were mailed ten days ago, as the trail remembers them.</summary>
    public static async Task FillTrailAsync(string database, int count)
    {
        await using (var app = ManyAccounts.Open(database))
        {
            await using var context = await app.Services.GetRequiredService<IDbContextFactory<AccountsContext>>().CreateDbContextAsync();
            context.Add(
                new RecoveryEvent
                {
                    At = TimeProvider.System.GetUtcNow().AddDays(-10),
                    Kind = RecoveryEventKind.Mailed,
                    Detail = "pattern",
                });
            await context.SaveChangesAsync();
        }

        await ManyAccounts.AddRowsAsync(
            database,
            $"""
            INSERT INTO RecoveryTrail (Id, At, Kind, AccountId, Nonce)
            SELECT {ManyAccounts.NewId},
                (SELECT At FROM RecoveryTrail WHERE Detail = 'pattern' LIMIT 1), 'Mailed', Id, lower(hex(randomblob(8)))
            FROM AspNetUsers, (SELECT 1 UNION ALL SELECT 2) LIMIT $count
            """,
            count);
    }
}
