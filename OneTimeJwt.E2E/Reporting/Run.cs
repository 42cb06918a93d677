using System.Text.RegularExpressions;
using System.Xml.Linq;
using OneTimeJwt.E2E.Infrastructure;

namespace OneTimeJwt.E2E.Reporting;

/// <summary>A test as it went.</summary>
/// <param name="Name">The runner's name for it.</param>
/// <param name="Words">Its name in words.</param>
/// <param name="Guarantees">Which ones it tries.</param>
/// <param name="Result">Pass, Fail, Skip or NotRun.</param>
/// <param name="Reason">Why it was skipped, or what failed.</param>
internal sealed record Tried(string Name, string Words, IReadOnlyList<string> Guarantees, string Result, string Reason)
{
    public bool Failed => Result == "Fail";

    /// <summary>Where its traces and pictures lie, from the report on.</summary>
    public string Folder => Run.FolderOf(Name);
}

/// <summary>The results of a run, read from what the runner wrote.</summary>
internal static partial class Run
{
    private const int MaxNameLength = 120;

    /// <summary>Where this run's report goes: E2E_REPORT, else artifacts/report.</summary>
    public static string Report { get; } =
        Environment.GetEnvironmentVariable("E2E_REPORT") is { Length: > 0 } folder
            ? Path.GetFullPath(folder)
            : Path.Combine(Repository.Root, "artifacts", "report");

    public static string FolderOf(string test)
    {
        var name = Unsafe().Replace(test, "_");
        return Path.Combine(
            "failures",
            name.Length <= MaxNameLength
                ? name
                : $"{name[..MaxNameLength]}-"
                    + Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(name)))[..8]);
    }

    public static IReadOnlyList<Tried> Read(string xml) =>
        [
            .. XDocument
                .Load(xml)
                .Descendants("test")
                .Select(Read)
                .Where(tried => tried.Result != "NotRun")
                .OrderBy(tried => tried.Name, StringComparer.Ordinal),
        ];

    private static Tried Read(XElement test)
    {
        var (name, method) = (test.Attribute("name")!.Value, test.Attribute("method")!.Value);
        var arguments = name.IndexOf('(', StringComparison.Ordinal) is var at and >= 0 ? $" {name[at..]}" : "";
        return new Tried(
            name,
            method.Replace('_', ' ') + (arguments.Length <= MaxNameLength ? arguments : $"{arguments[..MaxNameLength]}…"),
            [
                .. test.Descendants("trait")
                    .Where(trait => trait.Attribute("name")!.Value == GuaranteeAttribute.Trait)
                    .Select(trait => trait.Attribute("value")!.Value)
                    .Distinct(),
            ],
            test.Attribute("result")!.Value,
            test.Element("reason")?.Value ?? test.Descendants("message").FirstOrDefault()?.Value ?? "");
    }

    [GeneratedRegex("[^A-Za-z0-9_.-]+")]
    private static partial Regex Unsafe();
}
