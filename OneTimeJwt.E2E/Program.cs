using System.Text.RegularExpressions;
using OneTimeJwt.E2E.Infrastructure;
using OneTimeJwt.E2E.Reporting;
using Xunit.MicrosoftTestingPlatform;
using Xunit.Runner.InProc.SystemConsole;

namespace OneTimeJwt.E2E;

/// <summary>The runner's own start, with a report after it.</summary>
internal static partial class Program
{
    private const int Usage = 2;

    private static readonly string[] Written = ["-xml", "-xmlV1", "-junit", "-nunit", "-html", "-trx", "-ctrf"];

    public static async Task<int> Main(string[] args)
    {
        if (args.Any(word => word is "--server" or "--internal-msbuild-node"))
        {
            return Site.IsDeployed
                ? Refuse("A deployed site's links would be written down unmasked: run the suite itself, see TESTING.md.")
                : await TestPlatformTestFramework.RunAsync(args, SelfRegisteredExtensions.AddSelfRegisteredExtensions);
        }

        if (Unknown(args) is { } unknown)
            return Refuse(
                $"--filter \"{unknown}\" names no trait: write Guarantee=G2 or Category!=long, and each in a --filter of its own.");
        args = [.. Filters(args)];
        if (args.Any(word => word.StartsWith("-list", StringComparison.Ordinal) || word is "-?" or "-h" or "--help"))
            return await ConsoleRunner.Run(args);

        await using var console = new MaskedWriter(Console.Out);
        Console.SetOut(console);
        if (Directory.Exists(Run.Report))
            Directory.Delete(Run.Report, recursive: true);
        Directory.CreateDirectory(Run.Report);
        string[] words = [.. args, .. Missing(args, "-xml", "results.xml"), .. Missing(args, "-junit", "junit.xml")];
        var code = await ConsoleRunner.Run(words);
        Report(words);
        return code;
    }

    private static int Refuse(string why)
    {
        Console.Error.WriteLine(why);
        return Usage;
    }

    private static string? Unknown(string[] args) =>
        args.Zip([.. args.Skip(1), ""])
            .Where(pair => pair.First == "--filter" && !Trait().IsMatch(pair.Second))
            .Select(pair => pair.Second)
            .FirstOrDefault();

    // As other runners spell it: --filter Guarantee=G2, or Category!=long.
    private static IEnumerable<string> Filters(string[] args)
    {
        for (var i = 0; i < args.Length; i++)
        {
            if (args[i] != "--filter")
            {
                yield return args[i];
                continue;
            }

            var trait = args[++i];
            yield return trait.Contains("!=", StringComparison.Ordinal) ? "-trait-" : "-trait";
            yield return trait.Replace("!=", "=", StringComparison.Ordinal);
        }
    }

    private static string[] Missing(string[] args, string option, string file) =>
        args.Contains(option) ? [] : [option, Path.Combine(Run.Report, file)];

    private static void Report(string[] words)
    {
        foreach (
            var file in words
                .Zip(words.Skip(1))
                .Where(pair => Written.Contains(pair.First) && File.Exists(pair.Second))
                .Select(pair => pair.Second))
            Secrets.HideIn(file);

        var results = words[Array.IndexOf(words, "-xml") + 1];
        if (!File.Exists(results))
            return;
        var tests = Run.Read(results);
        KeptArtifacts.Write(Run.Report, tests);
        ReportPage.Write(Run.Report, tests);
        foreach (var sentence in Verdict.Sentences(tests))
            Console.WriteLine(sentence);
        Console.WriteLine($"The report: {Path.Combine(Run.Report, "index.html")}");
    }

    [GeneratedRegex(@"^(Guarantee|Purpose|Role|Size|Category)!?=\w+$")]
    private static partial Regex Trait();
}
