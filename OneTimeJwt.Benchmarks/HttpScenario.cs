using System.Globalization;
using System.Net;
using System.Text.RegularExpressions;

namespace OneTimeJwt.Benchmarks;

/// <summary>Our app beside the framework's template: both published alike and running, the same load on one and then on the
/// other, round by round.</summary>
internal static partial class HttpScenario
{
    private const string Accepted = """SELECT (SELECT count(*) FROM "RecoveryOutbox") + (SELECT count(*) FROM "RecoveryTrail")""";

    private static readonly List<string> Known = [.. Enumerable.Range(0, Subject.Accounts).Select(Subject.Email)];

    private static readonly List<string> Unknown =
        [.. Enumerable.Range(0, Subject.Accounts).Select(i => string.Create(CultureInfo.InvariantCulture, $"nobody{i}@example.com"))];

    public static async Task RunAsync(bool quick, bool onServer)
    {
        var time = quick ? TimeSpan.FromSeconds(1) : TimeSpan.FromSeconds(5);
        var rounds = quick ? 1 : 5;
        using var scratch = new Scratch();
        await using var sink = await MailSink.StartAsync();
        var subjects = new Subjects(scratch, sink.Port);
        var load = new Load(scratch, rounds, time);
        if (onServer)
        {
            await OnServerAsync(subjects, load);
            return;
        }

        var figures = new List<Figure>();
        using (var ours = await subjects.OursAsync(Subjects.NewSecret()))
        {
            using (var template = await subjects.TemplateAsync())
                figures.AddRange(await BesideAsync(load, ours, template, starts: rounds, isQuick: quick));
            if (!quick)
            {
                using var mailing = await subjects.MailingTemplateAsync();
                await ours.StartAsync();
                await mailing.StartAsync();
                figures.AddRange(await load.CompareAsync("POST, known addresses, the template mails", 4, null, [ours, mailing], Known));
                await ours.StopAsync();
                figures.AddRange(await WaitScenario.RunAsync(ours, load));
            }
        }

        if (!quick)
        {
            using var ours = await subjects.OursAsync(Subjects.NewSecret(), portable: true);
            using var template = await subjects.TemplateAsync(portable: true);
            figures.Add(await StartsAsync("time from start to the first answer, portable", ours, template, rounds));
        }

        await Report.AddAsync("HTTP, beside the framework's template", figures);
    }

    private static async Task<IEnumerable<Figure>> BesideAsync(Load load, Subject ours, Subject template, int starts, bool isQuick)
    {
        var figures = new List<Figure> { await StartsAsync("time from start to the first answer", ours, template, starts) };
        await ours.StartAsync();
        await template.StartAsync();
        await Task.Delay(TimeSpan.FromSeconds(isQuick ? 0 : 5));
        var idle = (ours.Memory, template.Memory);
        var visit = (await FirstVisit.BytesAsync(ours), await FirstVisit.BytesAsync(template));

        figures.AddRange(await load.CompareAsync("GET the forgot page", 3, null, [ours, template]));
        var before = await ours.CountAsync(Accepted);
        figures.AddRange(await load.CompareAsync("POST, known addresses", 1.5, 1, [ours, template], Known));
        figures.AddRange(await load.CompareAsync("POST, unknown addresses", 2, 1, [ours, template], Unknown));
        if (await ours.CountAsync(Accepted) == before)
            throw new InvalidOperationException("No request reached the outbox.");

        figures.Add(Figure.AtMost(1, "memory, idle", idle.Item1, idle.Item2, "0 MB", "template"));
        figures.Add(Figure.AtMost(1, "memory, after the load", ours.Memory, template.Memory, "0 MB", "template"));
        figures.Add(
            new Figure(
                "bytes on the wire for a first visit",
                Figure.Text(visit.Item1 / 1000.0, "0.0 kB"),
                Figure.Text(visit.Item2 / 1000.0, "0.0 kB") + " (template)",
                (double)visit.Item1 / visit.Item2));
        await ours.StopAsync();
        await template.StopAsync();
        return figures;
    }

    private static async Task OnServerAsync(Subjects subjects, Load load)
    {
        await using var server = await PostgreSqlServer.StartAsync();
        using var ours = await subjects.OursAsync(Subjects.NewSecret(), await Subjects.DatabaseAsync(server, "ours"));
        // The same tables, made by our migrations, and as many accounts.
        var other = await Subjects.DatabaseAsync(server, "theirs");
        using (await subjects.OursAsync(Subjects.NewSecret(), other))
        using (var template = await subjects.PostgreSqlTemplateAsync(other))
        {
            await ours.StartAsync();
            await template.StartAsync();
            var before = await ours.CountAsync(Accepted);
            List<Figure> figures =
            [
                .. await load.CompareAsync("POST, known addresses", 1.2, 1, [ours, template], Known),
                .. await load.CompareAsync("POST, unknown addresses", 1.2, 1, [ours, template], Unknown),
            ];
            if (await ours.CountAsync(Accepted) == before)
                throw new InvalidOperationException("No request reached the outbox.");
            await Report.AddAsync("HTTP on PostgreSQL, beside the framework's template on PostgreSQL", figures);
        }
    }

    // The first start makes the key ring, and counts for nothing.
    private static async Task<Figure> StartsAsync(string what, Subject ours, Subject template, int starts)
    {
        var times = new List<(double Ours, double Theirs)>();
        for (var i = 0; i <= starts; i++)
        {
            times.Add(((await ours.StartAsync()).TotalMilliseconds, (await template.StartAsync()).TotalMilliseconds));
            await ours.StopAsync();
            await template.StopAsync();
        }

        return Pairs(what, times[1..], "0 ms", 1, isFloor: false);
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

    /// <summary>The same load on two apps, in turns.</summary>
    internal sealed partial class Load(Scratch scratch, int rounds, TimeSpan time)
    {
        /// <param name="what">The row's name.</param>
        /// <param name="rate">The least ratio of requests a second.</param>
        /// <param name="tail">The greatest ratio of the 99th percentiles; null where nothing is promised.</param>
        /// <param name="subjects">Ours and the other.</param>
        /// <param name="addresses">What is posted; null to get the page.</param>
        public async Task<IEnumerable<Figure>> CompareAsync(
            string what, double rate, double? tail, Subject[] subjects, IReadOnlyList<string>? addresses = null)
        {
            var (rates, tails) = (new List<(double, double)>(), new List<(double, double)>());
            var scripts = await Task.WhenAll(subjects.Select(subject => ScriptAsync(subject, addresses)));
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
                Pairs($"{what}, a second", rates, "0", rate, isFloor: true),
                Pairs($"{what}, 99th percentile", tails, "0.0 ms", tail, isFloor: false),
            ];
        }

        /// <summary>Requests as fast as they are answered, for some time.</summary>
        public async Task OnAsync(Subject subject, IReadOnlyList<string> addresses, TimeSpan span) =>
            await Wrk.RunAsync(new Uri(subject.Address, subject.ForgotPassword), span, await ScriptAsync(subject, addresses));

        private async Task<string?> ScriptAsync(Subject subject, IReadOnlyList<string>? addresses)
        {
            if (addresses is null)
                return null;

            var cookies = new CookieContainer();
            using var client = Http.Client(subject.Address, cookies);
            var (fields, name) = await FieldsAsync(subject, client);
            var file = scratch.File($"{subject.Name}-{Guid.NewGuid():N}.lua");
            await File.WriteAllTextAsync(file, Wrk.Post(cookies.GetCookieHeader(subject.Address), fields, name, addresses));
            return file;
        }

        private static async Task<(string Fields, string Address)> FieldsAsync(Subject subject, HttpClient client)
        {
            var page = await client.GetStringAsync(new Uri(subject.ForgotPassword, UriKind.Relative));
            var form = Form()
                .Matches(page)
                .Select(match => match.Value)
                .First(text =>
                    text.Contains("type=\"email\"", StringComparison.Ordinal) || text.Contains("Input.Email", StringComparison.Ordinal));
            var fields = Hidden().Matches(form).Select(field =>
                $"{Uri.EscapeDataString(field.Groups[1].Value)}={Uri.EscapeDataString(WebUtility.HtmlDecode(field.Groups[2].Value))}");
            return (
                string.Join('&', fields),
                form.Contains("name=\"email\"", StringComparison.Ordinal) ? "email" : "Input.Email");
        }

        [GeneratedRegex("<form.*?</form>", RegexOptions.Singleline)]
        private static partial Regex Form();

        [GeneratedRegex("<input type=\"hidden\" name=\"([^\"]+)\" value=\"([^\"]*)\"")]
        private static partial Regex Hidden();
    }
}
