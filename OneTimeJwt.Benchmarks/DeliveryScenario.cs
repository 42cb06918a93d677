using System.Diagnostics;
using System.Globalization;
using Microsoft.AspNetCore.Hosting;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using MimeKit;
using OneTimeJwt.Web.Audit;
using OneTimeJwt.Web.Database;
using OneTimeJwt.Web.Links;
using OneTimeJwt.Web.Mail;
using OneTimeJwt.Web.Outbox;

namespace OneTimeJwt.Benchmarks;

/// <summary>How fast the worker empties a full outbox, from typed addresses to accepted mails.</summary>
internal static class DeliveryScenario
{
    private const int Seeding = 10_000;

    public static async Task RunAsync(bool quick)
    {
        using var scratch = new Scratch();
        var before = quick ? null : await Baseline.DeliveryAsync(scratch);
        var figures = new List<Figure>();
        var nowhere = await MeasureAsync(scratch.File("nowhere.db"), accounts: quick ? 200 : 50_000, quick ? 200 : 100_000, mailPort: null);
        figures.AddRange(Figures("into nothing", nowhere, before?[0], 2.5));
        try
        {
            await using var sink = await MailSink.StartAsync();
            var sent = await MeasureAsync(scratch.File("smtp.db"), quick ? 100 : 50_000, quick ? 200 : 20_000, sink.Port);
            figures.AddRange(Figures("into an SMTP server beside it", sent, before?[1], 2));
        }
        catch (MissingToolException missing)
        {
            figures.Add(new Figure($"into an SMTP server: skipped, {missing.Message}", "", ""));
        }

        await Report.AddAsync("Delivery, beside an earlier build", figures);
    }

    /// <returns>Mails a second; and megabytes after a tenth of the mails and at the end.</returns>
    public static async Task<(int Mails, double Rate, double Work, double Early, double Late)> MeasureAsync(
        string database,
        int accounts,
        int mails,
        int? mailPort)
    {
        if (!File.Exists(database))
            await ManyAccounts.GenerateAsync(database, accounts, silent: true);
        await using var app = ManyAccounts.Open(database, builder =>
        {
            builder.WebHost.UseUrls("http://127.0.0.1:0");
            if (mailPort is null)
            {
                builder.Services.AddSingleton<IMailTransport, Nowhere>();
                return;
            }

            builder.Configuration["Mail:Transport"] = "Smtp";
            builder.Configuration["Mail:Smtp:Host"] = "127.0.0.1";
            builder.Configuration["Mail:Smtp:Port"] = mailPort.Value.ToString(CultureInfo.InvariantCulture);
            builder.Configuration["Mail:Smtp:Security"] = "None";
        });
        await FillAsync(app.Services, accounts, mails);

        await using var context = await app.Services.GetRequiredService<IDbContextFactory<AccountsContext>>().CreateDbContextAsync();
        var since = Stopwatch.StartNew();
        double? early = null;
        var work = Work();
        await app.StartAsync();
        for (var left = mails; left > 0; left = await context.Outbox.CountAsync())
        {
            if (left < mails * 0.9)
                early ??= Memory();
            await Task.Delay(250);
        }

        var rate = mails / since.Elapsed.TotalSeconds;
        var late = Memory();
        work = Work() - work;
        var mailed = await context.Trail.CountAsync(line =>
            line.Kind == RecoveryEventKind.Mailed || line.Kind == RecoveryEventKind.Suppressed);
        await app.StopAsync();
        return mailed >= mails
            ? (mails, rate, work / mails, early ?? late, late)
            : throw new InvalidOperationException($"Of {mails} mails {mailed} left a trace.");
    }

    private static IEnumerable<Figure> Figures(
        string where,
        (int Mails, double Rate, double Work, double Early, double Late) measured,
        (double Rate, double Work)? before,
        double target)
    {
        const string Build = "the earlier build";
        var what = $"mails a second {where}, of {measured.Mails:N0}";
        if (before is { } earlier)
        {
            yield return Figure.AtLeast(target, what, measured.Rate, earlier.Rate, "0", Build);
            yield return Figure.AtMost(0.4, "processor time for one of them", measured.Work, earlier.Work, "0.00 ms", Build);
        }
        else
        {
            yield return new Figure(what, Figure.Text(measured.Rate, "0"), "");
        }

        yield return Figure.AtMost(1.2, "memory at the end", measured.Late, measured.Early, "0 MB", "after a tenth of them");
    }

    private static async Task FillAsync(IServiceProvider services, int accounts, int mails)
    {
        var typed = services.GetRequiredService<TypedAddress>();
        var contexts = services.GetRequiredService<IDbContextFactory<AccountsContext>>();
        var now = TimeProvider.System.GetUtcNow();
        foreach (var part in Enumerable.Range(0, mails).Chunk(Seeding))
        {
            await using var context = await contexts.CreateDbContextAsync();
            context.AddRange(
                part.Select(i => new OutboxMail
                {
                    Kind = OutboxKind.ResetLink,
                    TypedAddress = typed.Protect(ManyAccounts.Address(i % accounts)),
                    RequestedAt = now,
                    DueAt = now,
                }));
            await context.SaveChangesAsync();
        }
    }

    /// <summary>Of this process since it began, in milliseconds.</summary>
    public static double Work()
    {
        using var process = Process.GetCurrentProcess();
        return process.TotalProcessorTime.TotalMilliseconds;
    }

    /// <summary>Of this process, in megabytes.</summary>
    public static double Memory()
    {
        using var process = Process.GetCurrentProcess();
        return process.WorkingSet64 / 1e6;
    }

    internal sealed class Nowhere : IMailTransport
    {
        private int _taken;

        public int Taken => _taken;

        public async Task SendAsync(MimeMessage message, CancellationToken cancellationToken)
        {
            await message.WriteToAsync(Stream.Null, cancellationToken);
            Interlocked.Increment(ref _taken);
        }

        public async Task TookAsync(int count)
        {
            while (Taken < count)
                await Task.Delay(50);
        }
    }
}
