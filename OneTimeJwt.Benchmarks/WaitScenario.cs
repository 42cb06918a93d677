using System.Diagnostics;
using System.Globalization;

namespace OneTimeJwt.Benchmarks;

/// <summary>How long somebody waits from asking until the mail is sent, while the app has nothing else to do and while it is asked
/// as fast as it answers.</summary>
internal static class WaitScenario
{
    private const int Samples = 8;
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Timeout = TimeSpan.FromMinutes(1);

    public static async Task<IEnumerable<Figure>> RunAsync(Subject ours, HttpScenario.Load load)
    {
        await ours.ClearAsync();
        await ours.StartAsync();
        var idle = await TimesAsync(ours, first: 0);
        var nobody = Enumerable.Range(0, Subject.Accounts).Select(i => string.Create(CultureInfo.InvariantCulture, $"n{i}@example.com"));
        var others = load.OnAsync(ours, [.. nobody], TimeSpan.FromSeconds(Samples * 4));
        await Task.Delay(TimeSpan.FromSeconds(3));
        var busy = await TimesAsync(ours, first: Samples);
        await others;
        await ours.StopAsync();
        var bound = Math.Max(2 * idle.Median(), Longest.TotalMilliseconds);
        return
        [
            new Figure(
                "from asking to the mail, under full load, the longest",
                Figure.Text(busy.Max(), "0 ms"),
                Figure.Text(idle.Median(), "0 ms") + " (idle, the median)",
                busy.Max() / idle.Median(),
                $"≤ {Figure.Text(bound, "0 ms")}",
                busy.Max() <= bound),
        ];
    }

    private static async Task<List<double>> TimesAsync(Subject ours, int first)
    {
        using var client = Http.Client(ours.Address);
        var proof = await Http.ProofAsync(client);
        var times = new List<double>();
        for (var i = first; i < first + Samples; i++)
        {
            var before = await MailedAsync(ours);
            var since = Stopwatch.StartNew();
            using var content = new FormUrlEncodedContent(
                new Dictionary<string, string> { ["__RequestVerificationToken"] = proof, ["email"] = Subject.Email(i) });
            using var answer = await client.PostAsync(new Uri(ours.ForgotPassword, UriKind.Relative), content);
            while (await MailedAsync(ours) == before)
            {
                if (since.Elapsed > Timeout)
                    throw new InvalidOperationException("No mail was sent.");
                await Task.Delay(20);
            }

            times.Add(since.Elapsed.TotalMilliseconds);
        }

        return times;
    }

    private static Task<long> MailedAsync(Subject ours) =>
        ours.CountAsync("""SELECT count(*) FROM "RecoveryTrail" WHERE "Kind" = 'Mailed'""");
}
