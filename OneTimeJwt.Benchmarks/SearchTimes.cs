using System.Diagnostics;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using OneTimeJwt.Web.Admin;
using OneTimeJwt.Web.Audit;
using OneTimeJwt.Web.Database;

namespace OneTimeJwt.Benchmarks;

/// <summary>How long the console's search takes, letter by letter, and what paging through all accounts keeps in
/// memory: <c>search database</c>.</summary>
internal static class SearchTimes
{
    private const int Typists = 300;
    private const int MostLetters = 14;
    private const int Pages = 4_000;
    private const double Goal = 100;
    private const double GoalOfLinks = 60;

    private static readonly int[] LinksOut = [0, 1_000, 20_000];

    public static async Task<int> MeasureAsync(string database)
    {
        await using var app = ManyAccounts.Open(database);
        var search = app.Services.GetRequiredService<AccountSearch>();
        await using var context = await app.Services.GetRequiredService<IDbContextFactory<AccountsContext>>().CreateDbContextAsync();
        var count = await context.Users.CountAsync();
        await Console.Out.WriteLineAsync($"{count:N0} accounts");

        var random = new Random(1);
        var texts = new List<string>();
        for (var i = 0; i < Typists; i++)
        {
            var text = (i % 3) switch
            {
                0 => ManyAccounts.Address(random.Next(count)),
                1 => $"user{random.Next(count)}",
                _ => Guid.NewGuid().ToString(),
            };
            texts.AddRange(Enumerable.Range(1, Math.Min(MostLetters, text.Length)).Select(length => text[..length]));
        }

        await search.PageAsync("warm", AccountFilters.None);
        var worst = await ReportAsync("typing", texts, text => search.PageAsync(text, AccountFilters.None));
        foreach (
            var filter in new[]
            {
                AccountFilters.Unconfirmed,
                AccountFilters.NoPassword,
                AccountFilters.TwoFactor,
                AccountFilters.Locked,
            })
            worst = Math.Max(
                worst,
                await ReportAsync($"typing, {filter}", texts.Where((_, i) => i % 10 == 0), text => search.PageAsync(text, filter)));
        var worstOfLinks = 0d;
        var campaign = Guid.NewGuid();
        foreach (var links in LinksOut)
        {
            await MailAsync(context, campaign, links);
            worstOfLinks = Math.Max(
                worstOfLinks,
                await ReportAsync(
                    $"typing, {links:N0} links out",
                    texts.Where((_, i) => i % 10 == 0),
                    text => search.PageAsync(text, AccountFilters.LinkOut)));
            await context.Trail.Where(line => line.CampaignId == campaign).ExecuteDeleteAsync();
        }

        await PageThroughAsync(search);
        var isMet = worst < Goal && worstOfLinks <= GoalOfLinks;
        await Console.Out.WriteLineAsync(
            $"The goal of {Goal:N0} ms, and of {GoalOfLinks:N0} ms for links out, at 95 % is {(isMet ? "met" : "missed")}.");
        return isMet ? 0 : 1;
    }

    // Mailed by an admin minutes ago; a quarter is used already.
    private static async Task MailAsync(AccountsContext context, Guid campaign, int count)
    {
        var now = TimeProvider.System.GetUtcNow();
        var ids = await context.Users.OrderBy(account => account.Id).Take(count).Select(account => account.Id).ToListAsync();
        for (var i = 0; i < ids.Count; i++)
        {
            context.Add(Line(RecoveryEventKind.Mailed, ids[i], now.AddMinutes(-20).AddMilliseconds(i)));
            if (i % 4 == 0)
                context.Add(Line(RecoveryEventKind.Redeemed, ids[i], now));
        }

        await context.SaveChangesAsync();
        context.ChangeTracker.Clear();

        RecoveryEvent Line(RecoveryEventKind kind, string id, DateTimeOffset at) =>
            new() { Kind = kind, AccountId = id, At = at, Actor = "admin", Nonce = $"{at.Ticks:x16}", CampaignId = campaign };
    }

    private static async Task<double> ReportAsync(string name, IEnumerable<string> texts, Func<string, Task<FoundAccounts>> search)
    {
        var times = new List<double>();
        foreach (var text in texts)
        {
            var since = Stopwatch.GetTimestamp();
            await search(text);
            times.Add(Stopwatch.GetElapsedTime(since).TotalMilliseconds);
        }

        await Console.Out.WriteLineAsync(
            $"{name}: {times.Count:N0} answers, 50 % in {times.At(.5):N1} ms, 95 % in {times.At(.95):N1} ms, "
                + $"99 % in {times.At(.99):N1} ms, slowest {times.Max():N1} ms");
        return times.At(.95);
    }

    private static async Task PageThroughAsync(AccountSearch search)
    {
        AccountCursor? cursor = null;
        var before = Memory();
        var since = Stopwatch.StartNew();
        var rows = 0;
        for (var page = 0; page < Pages; page++)
        {
            var found = await search.PageAsync("", AccountFilters.None, cursor);
            rows += found.Rows.Count;
            cursor = found.Next;
            if (cursor is null)
                break;
        }

        await Console.Out.WriteLineAsync(
            $"paging: {rows:N0} accounts, {since.Elapsed.TotalMilliseconds / Pages:N1} ms a page, {before:N1} MB before and "
                + $"{Memory():N1} MB after");
    }

    private static double Memory() => GC.GetTotalMemory(forceFullCollection: true) / 1e6;
}
