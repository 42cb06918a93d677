using System.Xml.Linq;

namespace OneTimeJwt.E2E.Reporting;

/// <summary>The page that says which promise broke, and why.</summary>
internal static class ReportPage
{
    private const string Style = """
        body { font: 16px/1.5 system-ui, sans-serif; max-width: 75rem; margin: 2rem auto; padding: 0 1rem; color-scheme: light dark }
        table { border-collapse: collapse; width: 100% } th,
        td { border: 1px solid #8888; padding: .4rem .6rem; text-align: left; vertical-align: top }
        ul { margin: 0; padding-left: 1.2rem } pre { white-space: pre-wrap; overflow-wrap: anywhere } img { max-width: 100%; border:
        1px solid #8888 }
        .Fail { color: #c22; font-weight: 600 } .Pass { color: #182 } .Skip { color: #875 }
        """;

    private static readonly string[] Heads = ["Guarantee", "How it was tried", "Result"];

    public static void Write(string folder, IReadOnlyList<Tried> tests)
    {
        var page = new XElement("html", new XAttribute("lang", "en"),
            new XElement("head",
                new XElement("meta", new XAttribute("charset", "utf-8")),
                new XElement("title", "Guarantees"),
                new XElement("style", Style)),
            new XElement("body",
                new XElement("h1", "Which promises held"),
                Verdict.Sentences(tests).Select(sentence => new XElement("p", new XAttribute("class", "verdict"), sentence)),
                Table(tests),
                tests.Where(test => test.Failed).Select(test => Failure(folder, test))));
        File.WriteAllText(Path.Combine(folder, "index.html"), Secrets.Hide($"<!DOCTYPE html>\n{page}"));
    }

    private static XElement Table(IReadOnlyList<Tried> tests) =>
        new(
            "table",
            new XElement("tr", Heads.Select(head => new XElement("th", head))),
            Guarantees.Names.Select(name =>
                Row($"{name}: {Guarantees.Promise(name)}", [.. tests.Where(test => test.Guarantees.Contains(name))])),
            Row("Beyond the guarantees", [.. tests.Where(test => test.Guarantees.Count == 0)]));

    private static XElement Row(string what, IReadOnlyList<Tried> tests) => new("tr",
        new XElement("th", what),
        new XElement("td", new XElement("ul", tests.Select(Item))),
        new XElement("td", Verdict.Of(tests)));

    private static XElement Item(Tried test) => new("li", new XAttribute("class", test.Result), test.Result switch
    {
        "Fail" => new XElement("a", new XAttribute("href", $"#{test.Folder}"), $"{test.Words}: failed"),
        "Skip" => $"{test.Words}: skipped. {test.Reason}",
        _ => $"{test.Words}: passed",
    });

    private static XElement Failure(string folder, Tried test) =>
        new(
            "section",
            new XAttribute("id", test.Folder),
            new XElement("h2", test.Words),
            new XElement(
                "p",
                test.Guarantees.Count == 0 ? "It is named for no guarantee." : $"It tries {string.Join(", ", test.Guarantees)}."),
            new XElement("pre", string.Concat(test.Reason.Where(System.Xml.XmlConvert.IsXmlChar))),
            new XElement("ul", Files(folder, test).Select(file => new XElement("li", Link(file)))),
            Files(folder, test)
                .Where(file => file.EndsWith(".png", StringComparison.Ordinal))
                .Select(file => new XElement("img", new XAttribute("src", file), new XAttribute("alt", "The page when it failed"))));

    private static XElement Link(string file) => new("a", new XAttribute("href", file), Path.GetExtension(file) switch
    {
        ".zip" => $"trace: {Path.GetFileName(file)}",
        ".webm" => $"video: {Path.GetFileName(file)}",
        ".txt" => $"mail: {Path.GetFileName(file)}",
        ".png" => $"picture: {Path.GetFileName(file)}",
        _ => Path.GetFileName(file),
    });

    private static IEnumerable<string> Files(string folder, Tried test)
    {
        var own = Path.Combine(folder, test.Folder);
        return Directory.Exists(own)
            ? Directory
                .EnumerateFiles(own)
                .Order(StringComparer.Ordinal)
                .Select(file => Path.GetRelativePath(folder, file).Replace('\\', '/'))
            : [];
    }
}
