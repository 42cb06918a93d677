using System.Globalization;

namespace OneTimeJwt.Web.Tests.Mail;

/// <summary>Each mail of each language before SpamAssassin and rspamd, as Debian ships and sets them up, without the network.</summary>
[Trait("Category", "long")]
public sealed class FilterTests : IAsyncDisposable
{
    private const double Most = 0.5;

    // What an unsent message can't have, and what stands against it: the reason for each.
    private static readonly Dictionary<string, string> NotOurs = new()
    {
        ["HFILTER_HOSTNAME_UNKNOWN"] = "nobody delivered it: there is no client with a name",
        ["NO_RECEIVED"] = "nobody delivered it",
        ["NO_RELAYS"] = "nobody delivered it",
        ["HTML_MESSAGE"] = "a thousandth of a point, to be seen in reports: that there is an HTML part",
        ["MIME_BASE64_TEXT"] = "a text with a link that isn't ASCII is not folded; MIME_GOOD takes the tenth of a point back",
    };

    private readonly string _folder = Directory.CreateTempSubdirectory("onetimejwt-filters-").FullName;

    [Fact]
    public async Task SpamAssassin_gives_no_mail_a_point() =>
        await HasNoPointsAsync(SpamAssassin.Missing, mails => SpamAssassin.JudgeAsync(_folder, mails));

    [Fact]
    public async Task Rspamd_gives_no_mail_a_point()
    {
        Assert.SkipWhen(Rspamd.Missing is not null, Rspamd.Missing ?? "");
        await using var rspamd = await Rspamd.StartAsync(_folder);
        await HasNoPointsAsync(missing: null, rspamd.JudgeAsync);
    }

    public ValueTask DisposeAsync()
    {
        Directory.Delete(_folder, recursive: true);
        return ValueTask.CompletedTask;
    }

    private static async Task HasNoPointsAsync(string? missing, Func<IReadOnlyList<string>, Task<IReadOnlyList<Verdict>>> judge)
    {
        Assert.SkipWhen(missing is not null, missing ?? "");
        var (names, wires) = (new List<string>(), new List<string>());
        foreach (var language in EveryMailTests.Codes)
        {
            foreach (var mail in await EveryMailTests.AllAsync(language.Data))
            {
                names.Add($"{mail.Name}.{language.Data}");
                wires.Add(mail.Wire);
            }
        }

        // It is no judge that lets this pass.
        wires.Add(
            "Subject: =?utf-8?b?RlJFRSEhIQ==?=\r\nContent-Type: text/html\r\nContent-Transfer-Encoding: base64\r\n\r\n"
                + Convert.ToBase64String("<p>Buy viagra now, 100% free!!! $$$"u8)
                + "\r\n");
        var verdicts = await judge(wires);
        Assert.Equal(wires.Count, verdicts.Count);
        Assert.True(verdicts[^1].Points.Where(rule => !NotOurs.ContainsKey(rule.Key)).Sum(rule => rule.Value) > 1, verdicts[^1].ToString());

        var faults = names
            .Zip(verdicts)
            .SelectMany(mail =>
                mail.Second.Points.Where(rule => rule.Value > 0 && !NotOurs.ContainsKey(rule.Key))
                    .Select(rule => $"{mail.First}: {rule.Key} {rule.Value}"));
        Assert.Empty(faults);
        Assert.All(
            names.Zip(verdicts),
            mail =>
                Assert.True(
                    mail.Second.Points.Where(rule => rule.Key == "MIME_BASE64_TEXT" || !NotOurs.ContainsKey(rule.Key))
                        .Sum(rule => rule.Value) <= Most,
                    $"{mail.First}: {mail.Second}"));
    }
}

/// <summary>The points that a filter gives by rule.</summary>
internal sealed record Verdict(IReadOnlyDictionary<string, double> Points)
{
    public override string ToString() =>
        string.Join(", ", Points.Select(rule => string.Create(CultureInfo.InvariantCulture, $"{rule.Key} {rule.Value:0.##}")));
}
