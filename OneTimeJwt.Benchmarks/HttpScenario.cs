using System.Globalization;
using System.Net;
using System.Text.RegularExpressions;
using Microsoft.Data.Sqlite;

namespace OneTimeJwt.Benchmarks;

/// <summary>Our app beside the framework's template: both published and running, the same load on one and then on the
/// other, round by round.</summary>
internal static partial class HttpScenario
{
    public static async Task RunAsync(bool quick)
    {
        var (rounds, starts, time) = quick ? (1, 1, TimeSpan.FromSeconds(1)) : (9, 9, TimeSpan.FromSeconds(5));
        using var scratch = new Scratch();
        await using var sink = await MailSink.StartAsync();
        using var ours = await Subjects.OursAsync(scratch, sink.Port, Subjects.NewSecret());
        using var template = await Subjects.TemplateAsync(scratch);
        var figures = new List<Figure>();

        var startTimes = new List<(double Ours, double Theirs)>();
        for (var i = 0; i < starts; i++)
        {
            startTimes.Add(((await ours.StartAsync()).TotalMilliseconds, (await template.StartAsync()).TotalMilliseconds));
            await ours.StopAsync();
            await template.StopAsync();
        }

        await ours.StartAsync();
        await template.StartAsync();
        await Task.Delay(TimeSpan.FromSeconds(quick ? 0 : 5));
        var idle = (ours.Memory, template.Memory);
        var visit = (await FirstVisit.BytesAsync(ours), await FirstVisit.BytesAsync(template));

        var known = Enumerable.Range(0, Subject.Accounts).Select(Subject.Email).ToList();
        var unknown = Enumerable
            .Range(0, Subject.Accounts)
            .Select(i => string.Create(CultureInfo.InvariantCulture, $"nobody{i}@example.com"))
            .ToList();
        figures.AddRange(
            await CompareAsync("GET the forgot page", 2, rounds, time, [ours, template], _ => Task.FromResult<string?>(null)));
        var before = await AcceptedAsync(ours);
        foreach (var (name, addresses) in new[] { ("known", known), ("unknown", unknown) })
            figures.AddRange(
                await CompareAsync(
                    $"POST, {name} addresses",
                    1.5,
                    rounds,
                    time,
                    [ours, template],
                    subject => ScriptAsync(subject, addresses, scratch)));
        if (await AcceptedAsync(ours) == before)
            throw new InvalidOperationException("No request reached the outbox.");

        figures.Add(Pairs("time from start to the first answer", startTimes, "0 ms", 1, isFloor: false));
        figures.Add(Figure.AtMost(1, "memory, idle", idle.Item1, idle.Item2, "0 MB", "template"));
        figures.Add(Figure.AtMost(1, "memory, after the load", ours.Memory, template.Memory, "0 MB", "template"));
        figures.Add(
            new Figure(
                "bytes on the wire for a first visit",
                Figure.Text(visit.Item1 / 1000.0, "0.0 kB"),
                Figure.Text(visit.Item2 / 1000.0, "0.0 kB") + " (template)",
                (double)visit.Item1 / visit.Item2));
        await Report.AddAsync("HTTP, beside the framework's template", figures);
    }

    private static async Task<IEnumerable<Figure>> CompareAsync(
        string what,
        double bound,
        int rounds,
        TimeSpan time,
        Subject[] subjects,
        Func<Subject, Task<string?>> script)
    {
        var (rates, tails) = (new List<(double, double)>(), new List<(double, double)>());
        var scripts = await Task.WhenAll(subjects.Select(script));
        // The first round warms both up; then each goes first every other time.
        for (var round = 0; round <= rounds; round++)
        {
            var results = new (double Rate, double P99)[2];
            foreach (var i in round % 2 == 0 ? [0, 1] : new[] { 1, 0 })
                results[i] = await Wrk.RunAsync(new Uri(subjects[i].Address, subjects[i].ForgotPassword), time, scripts[i]);
            if (round == 0)
                continue;
            rates.Add((results[0].Rate, results[1].Rate));
            tails.Add((results[0].P99, results[1].P99));
        }

        return
        [
            Pairs($"{what}, a second", rates, "0", bound, isFloor: true),
            Pairs(
                $"{what}, 99th percentile",
                tails,
                "0.0 ms",
                what.StartsWith("POST", StringComparison.Ordinal) ? 1 : null,
                isFloor: false),
        ];
    }

    private static Figure Pairs(string what, List<(double Ours, double Theirs)> pairs, string format, double? bound, bool isFloor)
    {
        var ratio = pairs.Select(pair => pair.Ours / pair.Theirs).Median();
        var spread =
            $"{Figure.Text(pairs.Min(pair => pair.Ours / pair.Theirs))} to {Figure.Text(pairs.Max(pair => pair.Ours / pair.Theirs))}";
        return new Figure(
            $"{what} (pairs: {spread})",
            Figure.Text(pairs.Select(pair => pair.Ours).Median(), format),
            Figure.Text(pairs.Select(pair => pair.Theirs).Median(), format) + " (template)",
            ratio,
            bound is null ? "" : (isFloor ? "≥ " : "≤ ") + Figure.Text(bound.Value),
            bound is null ? null : isFloor ? ratio >= bound : ratio <= bound);
    }

    private static async Task<string?> ScriptAsync(Subject subject, IEnumerable<string> addresses, Scratch scratch)
    {
        var cookies = new CookieContainer();
        using var client = Http.Client(subject.Address, cookies);
        var page = await client.GetStringAsync(new Uri(subject.ForgotPassword, UriKind.Relative));
        var form = Form()
            .Matches(page)
            .Select(match => match.Value)
            .First(text =>
                text.Contains("type=\"email\"", StringComparison.Ordinal) || text.Contains("Input.Email", StringComparison.Ordinal));
        var fields = string.Join(
            '&',
            Hidden()
                .Matches(form)
                .Select(field =>
                    $"{Uri.EscapeDataString(field.Groups[1].Value)}={Uri.EscapeDataString(WebUtility.HtmlDecode(field.Groups[2].Value))}"));
        var file = scratch.File($"{subject.Name}-{Guid.NewGuid():N}.lua");
        await File.WriteAllTextAsync(
            file,
            Wrk.Post(
                cookies.GetCookieHeader(subject.Address),
                fields,
                form.Contains("name=\"email\"", StringComparison.Ordinal) ? "email" : "Input.Email",
                addresses));
        return file;
    }

    private static async Task<long> AcceptedAsync(Subject ours)
    {
        await using var connection = new SqliteConnection($"Data Source={ours.Database}");
        await connection.OpenAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = "SELECT (SELECT count(*) FROM RecoveryOutbox) + (SELECT count(*) FROM RecoveryTrail)";
        return (long)(await command.ExecuteScalarAsync() ?? 0L);
    }

    [GeneratedRegex("<form.*?</form>", RegexOptions.Singleline)]
    private static partial Regex Form();

    [GeneratedRegex("<input type=\"hidden\" name=\"([^\"]+)\" value=\"([^\"]*)\"")]
    private static partial Regex Hidden();
}
