using System.Diagnostics;
using System.Net.Sockets;
using System.Text;
using OneTimeJwt.E2E.Infrastructure;
using OneTimeJwt.E2E.Reporting;

namespace OneTimeJwt.E2E.Processes;

/// <summary>One hostile client, and everybody else.</summary>
[Role("operator")]
public sealed class FloodTests
{
    private const int Hostile = 8;
    private const int SignIns = 200;
    private static readonly TimeSpan Timeout = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan Measured = TimeSpan.FromSeconds(15);

    // The limit as it is by default: the hostile client has used it up in a moment.
    private static readonly Dictionary<string, string> AsByDefault = new() { ["RateLimits__PerClient__Permits"] = "300" };

    [Fact]
    [Trait("Category", "long")]
    public async Task Two_hundred_sign_ins_at_once_hold_up_nobody_else()
    {
        await using var site = await Site.StartAsync(RunningApp.AsShipped);
        var account = await site.Accounts.TakeAsync(AccountKind.Ordinary);
        var token = ResetForm.Token(await site.MailLinkAsync(account));
        using var visitor = new Visitor(site.Address);
        var redeem = await ResetForm.FillInAsync(visitor, token, account.NewPassword());
        var send = await visitor.FillInAsync("/sign-in", "/sign-in", ("email", "nobody@example.com"), ("password", "open sesame"));

        var waiting = Enumerable.Range(0, SignIns).Select(_ => StatusAsync(send)).ToList();
        var changed = await redeem();
        Assert.True(changed.IsSuccess(), $"{(int)changed.Status}");
        for (var i = 0; i < 10; i++)
        {
            var live = await visitor.GetAsync("/health/live");
            Assert.Equal(200, (int)live.Status);
        }

        // Nothing was timed: all of this was answered while sign-ins were still in the queue.
        Assert.Contains(waiting, signIn => !signIn.IsCompleted);
        var statuses = await Task.WhenAll(waiting);
        Assert.All(statuses, status => Assert.True(status is 422 or 503, $"{status}"));
        Assert.Contains(422, statuses);
        Assert.Contains(503, statuses);
    }

    [Fact]
    [Guarantee(11)]
    public async Task A_flood_of_bad_links_and_requests_stops_no_good_link()
    {
        await using var site = await Site.StartAsync(new(AsByDefault.Concat(RunningApp.AsShipped)));
        var links = await Task.WhenAll(Enumerable.Range(0, 3).Select(async _ =>
        {
            var account = await site.Accounts.TakeAsync(AccountKind.Ordinary);
            return (Token: ResetForm.Token(await site.MailLinkAsync(account)), Password: account.NewPassword());
        }));

        using var over = new CancellationTokenSource();
        var limited = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var flood = FloodAsync(site, over.Token, status =>
        {
            if (status == 429)
                limited.TrySetResult();
        });
        foreach (var (token, password) in links)
        {
            using var visitor = new Visitor(site.Address);
            var opened = await visitor.GetAsync($"/reset-password?token={token}");
            Assert.Equal(200, (int)opened.Status);
            var changed = await (await ResetForm.FillInAsync(visitor, token, password))();
            Assert.True(changed.IsSuccess(), $"{(int)changed.Status}");
        }

        await limited.Task.WaitAsync(Timeout, TestContext.Current.CancellationToken);
        await over.CancelAsync();
        await flood;
    }

    [Fact]
    [Guarantee(11)]
    public async Task A_client_that_sends_a_byte_now_and_then_is_cut_off()
    {
        await using var site = await Site.StartAsync(RunningApp.AsShipped);
        const string Form =
            "POST /forgot-password HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: "
                + "30000\r\n\r\nemail=";
        const string Header = "GET /forgot-password HTTP/1.1\r\nHost: localhost\r\nX-Slow: ";
        var cut = await Task.WhenAll(IsCutOffAsync(site, Form), IsCutOffAsync(site, Header));
        Assert.Equal([true, true], cut);
    }

    [Fact]
    [Trait("Category", "long")]
    public async Task What_is_left_while_one_client_floods_is_measured()
    {
        await using var site = await Site.StartAsync(AsByDefault);
        var links = new List<(string, string)>();
        foreach (var batch in Enumerable.Range(0, 240).Chunk(24))
        {
            foreach (var link in await Task.WhenAll(batch.Select(async _ =>
            {
                var account = await site.Accounts.TakeAsync(AccountKind.Ordinary);
                return (ResetForm.Token(await site.MailLinkAsync(account)), account.NewPassword());
            })))
                links.Add(link);
        }

        var quiet = await MeasureAsync(site, new(links.Take(links.Count / 2)));
        using var over = new CancellationTokenSource();
        var since = Stopwatch.StartNew();
        var flood = FloodAsync(site, over.Token);
        var flooded = await MeasureAsync(site, new(links.Skip(links.Count / 2)));
        await over.CancelAsync();
        var sent = (await flood).Count;

        TestContext.Current.TestOutputHelper!.WriteLine(
            $"A second, without a flood: {quiet.Pages:0} pages, {quiet.Redemptions:0.0} redemptions. With one "
                + $"({sent / since.Elapsed.TotalSeconds:0} hostile requests): {flooded.Pages:0} pages, {flooded.Redemptions:0.0} "
                + "redemptions.");
        Assert.NotEqual(0, flooded.Pages);
        Assert.NotEqual(0, flooded.Redemptions);
    }

    private static async Task<(double Pages, double Redemptions)> MeasureAsync(Site site, Queue<(string Token, string Password)> links)
    {
        using var visitor = new Visitor(site.Address);
        var pages = await CountAsync(async () =>
        {
            var page = await visitor.GetAsync("/forgot-password");
            Assert.Equal(200, (int)page.Status);
            return true;
        });
        var redemptions = await CountAsync(async () =>
        {
            if (!links.TryDequeue(out var link))
                return false;
            var changed = await (await ResetForm.FillInAsync(visitor, link.Token, link.Password))();
            Assert.True(changed.IsSuccess(), $"{(int)changed.Status}");
            return true;
        });
        return (pages, redemptions);
    }

    private static async Task<double> CountAsync(Func<Task<bool>> act)
    {
        var since = Stopwatch.StartNew();
        var count = 0;
        while (since.Elapsed < Measured && await act())
            count++;
        return count / since.Elapsed.TotalSeconds;
    }

    // Bad links opened, bad links redeemed, links asked for and sign-ins tried, as fast as they are answered.
    private static async Task<IReadOnlyCollection<int>> FloodAsync(Site site, CancellationToken over, Action<int>? note = null)
    {
        var statuses = await Task.WhenAll(Enumerable.Range(0, Hostile).Select(i => Task.Run(async () =>
        {
            using var visitor = new Visitor(site.Address);
            var sends = new[]
            {
                () => visitor.GetAsync("/reset-password?token=a.b.c"),
                await ResetForm.FillInAsync(visitor, "a.b.c", "open sesame"),
                await visitor.FillInAsync("/forgot-password", "/forgot-password", ("email", "nobody@example.com")),
                await visitor.FillInAsync("/sign-in", "/sign-in", ("email", "nobody@example.com"), ("password", "open sesame")),
            };
            var answers = new List<int>();
            while (!over.IsCancellationRequested)
            {
                var status = await StatusAsync(sends[i % sends.Length]);
                answers.Add(status);
                note?.Invoke(status);
            }

            return answers;
        })));
        return [.. statuses.SelectMany(answers => answers)];
    }

    private static async Task<int> StatusAsync(Func<Task<Answer>> send) => (int)(await send()).Status;

    // Either an answer says so, or the connection is closed.
    private static async Task<bool> IsCutOffAsync(Site site, string start)
    {
        using var timeout = new CancellationTokenSource(Timeout);
        using var client = new TcpClient(site.Address.Host, site.Address.Port);
        await using var stream = client.GetStream();
        try
        {
            await stream.WriteAsync(Encoding.ASCII.GetBytes(start), timeout.Token);
            var answered = stream.ReadAsync(new byte[1], timeout.Token).AsTask();
            while (!answered.IsCompleted)
            {
                await stream.WriteAsync("a"u8.ToArray(), timeout.Token);
                await Task.WhenAny(answered, Task.Delay(1000, timeout.Token));
            }

            await answered;
            return true;
        }
        catch (IOException)
        {
            return true;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }
}
