using System.Collections.Concurrent;
using System.Diagnostics;
using OneTimeJwt.E2E.Infrastructure;
using OneTimeJwt.E2E.Reporting;

namespace OneTimeJwt.E2E.Processes;

/// <summary>
/// Whether times tell known addresses from unknown ones: the area under the ROC curve, the chance that a guess by time
/// is right. One half is a coin.
/// </summary>
[Guarantee(4)]
[Role("user")]
public sealed class TimingTests
{
    private const int Lanes = 4;
    private const int Samples = 200;
    private const double Bound = 0.10;
    private static readonly TimeSpan MailTakes = TimeSpan.FromSeconds(3);

    [Theory]
    [Trait("Category", "long")]
    [InlineData("fast")]
    [InlineData("slow")]
    [InlineData("down")]
    public async Task Times_do_not_tell_known_from_unknown(string mail)
    {
        await using var slow = new SmtpDouble { Ponder = stopping => Task.Delay(MailTakes, stopping) };
        await using var site = await Site.StartAsync(RunningApp.AsShipped);
        var dead = (await DeadLinkAsync(site, AccountRow.TurnTwoFactorOnAsync), await DeadLinkAsync(site, AccountRow.DeleteAsync));
        await using var app = mail == "fast" ? null : await MoveAsync(site, mail == "slow" ? slow.Port : LocalPort.Free());
        using var visitor = new Visitor(app?.Address ?? site.Address);

        var faults = new List<string>();
        faults.AddRange(await TellsAsync("requests", mail, 1, () => RequestsAsync(site, visitor, Samples)));
        faults.AddRange(await TellsAsync("sign-ins", mail, Lanes, () => SignInsAsync(site, visitor, Samples)));
        faults.AddRange(await TellsAsync("redemptions with dead links", mail, 1, () => RedemptionsAsync(visitor, dead, Samples)));
        faults.AddRange(
            await TellsAsync(
                "redemptions without proof",
                mail,
                1,
                () => RedemptionsAsync(visitor, (Unproven(dead.Item1), Unproven(dead.Item2)), Samples)));
        Assert.Empty(faults);
    }

    // A second chance with fresh samples: of many measurements on a busy machine one may be off.
    private static async Task<IEnumerable<string>> TellsAsync(string surface, string mail, int lanes, Func<Task<List<Sample>>> prepare)
    {
        var areas = new List<double>();
        do
        {
            areas.Add(Area(await TakeAsync(await prepare(), lanes)));
            TestContext.Current.TestOutputHelper!.WriteLine($"{surface}, mail {mail}: area under the curve {areas[^1]:0.000}");
        } while (areas.Count < 2 && Math.Abs(areas[^1] - 0.5) > Bound);
        return Math.Abs(areas[^1] - 0.5) > Bound
            ? [$"{surface} tell: {string.Join(", ", areas.Select(area => area.ToString("0.000", null)))}"]
            : [];
    }

    private static async Task<List<Sample>> RequestsAsync(Site site, Visitor visitor, int count) =>
        await SamplesAsync(count, async known =>
        {
            var email = known ? (await site.Accounts.TakeAsync(AccountKind.Ordinary)).Email : Unknown();
            return await FormAsync(visitor, "/forgot-password", "/forgot-password", 303, ("email", email));
        });

    private static async Task<List<Sample>> SignInsAsync(Site site, Visitor visitor, int count) =>
        await SamplesAsync(count, async known =>
        {
            var email = known ? (await site.Accounts.TakeAsync(AccountKind.Ordinary)).Email : Unknown();
            return await FormAsync(visitor, "/sign-in", "/sign-in", 422, ("email", email), ("password", "open sesame"));
        });

    private static async Task<List<Sample>> RedemptionsAsync(Visitor visitor, (string Known, string Unknown) tokens, int count) =>
        await SamplesAsync(
            count,
            async known =>
                await FormAsync(
                    visitor,
                    "/forgot-password",
                    "/reset-password",
                    null,
                    ("token", known ? tokens.Known : tokens.Unknown),
                    ("password", "open sesame and more")));

    private static async Task<List<Sample>> SamplesAsync(int count, Func<bool, Task<Func<Task>>> fillIn)
    {
        var samples = new List<Sample>();
        for (var i = 0; i < 2 * count; i++)
            samples.Add(new Sample(i % 2 == 0, await fillIn(i % 2 == 0)));
        return samples;
    }

    private static async Task<Func<Task>> FormAsync(
        Visitor visitor,
        string page,
        string action,
        int? status,
        params (string, string)[] fields)
    {
        var send = await visitor.FillInAsync(page, action, fields);
        return async () =>
        {
            var answer = await send();
            Assert.True(
                status is null ? (int)answer.Status is 400 or 410 : (int)answer.Status == status,
                $"{action} was answered with {(int)answer.Status}.");
        };
    }

    private static async Task<IReadOnlyCollection<(bool Known, TimeSpan Took)>> TakeAsync(List<Sample> samples, int lanes)
    {
        // What is compiled and cached on the first calls is the same for both.
        foreach (var first in samples.Take(4))
            await first.Send();

        var taken = new ConcurrentBag<(bool, TimeSpan)>();
        var shuffled = samples.Skip(4).ToArray();
        Random.Shared.Shuffle(shuffled);
        await Parallel.ForEachAsync(shuffled, new ParallelOptions { MaxDegreeOfParallelism = lanes }, async (sample, _) =>
        {
            var since = Stopwatch.GetTimestamp();
            await sample.Send();
            taken.Add((sample.Known, Stopwatch.GetElapsedTime(since)));
        });
        return taken;
    }

    // Mann and Whitney: of all pairs, those where the known one took longer.
    private static double Area(IReadOnlyCollection<(bool Known, TimeSpan Took)> taken)
    {
        var pairs = from known in taken.Where(sample => sample.Known)
                    from unknown in taken.Where(sample => !sample.Known)
                    select known.Took > unknown.Took ? 1 : known.Took == unknown.Took ? 0.5 : 0;
        return pairs.Average();
    }

    private static async Task<string> DeadLinkAsync(Site site, Func<RunningApp, TestAccount, Task> kill)
    {
        var account = await site.Accounts.TakeAsync(AccountKind.Ordinary);
        var token = ResetForm.Token(await site.MailLinkAsync(account));
        await kill(site.App, account);
        return token;
    }

    // The same app with another way to send mail.
    private static async Task<RunningApp> MoveAsync(Site site, int port)
    {
        await site.App.KillAsync();
        return await RunningApp.StartAsync(RunningApp.MailingTo(port), beside: site.App);
    }

    private static string Unknown() => People.NextAddress();

    // Another expiry than the one that the proof was made for.
    private static string Unproven(string token)
    {
        var parts = token.Split('.');
        var payload = System.Text.Json.Nodes.JsonNode.Parse(System.Buffers.Text.Base64Url.DecodeFromChars(parts[1]))!;
        payload["exp"] = (long)payload["exp"]! - 1;
        var body = System.Buffers.Text.Base64Url.EncodeToString(System.Text.Encoding.UTF8.GetBytes(payload.ToJsonString()));
        return $"{parts[0]}.{body}.{parts[2]}";
    }

    private sealed record Sample(bool Known, Func<Task> Send);
}
