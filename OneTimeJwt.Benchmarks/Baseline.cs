using System.Globalization;
using System.Text.RegularExpressions;

namespace OneTimeJwt.Benchmarks;

/// <summary>An earlier build of this app, made from its commit and measured beside the present one.</summary>
internal static partial class Baseline
{
    private const string Commit = "9e3867c";

    /// <summary>What it says of its own delivery.</summary>
    /// <returns>Mails a second and milliseconds of processor time for each: into nothing, then into a mail server.</returns>
    public static async Task<(double Rate, double Work)[]> DeliveryAsync(Scratch scratch)
    {
        var folder = scratch.File("baseline");
        await Tools.RunAsync("git", ["clone", "-q", Subjects.Repository(), folder]);
        await Tools.RunAsync("git", ["-C", folder, "checkout", "-q", Commit]);
        var project = Path.Combine(folder, "OneTimeJwt.Benchmarks");
        await Tools.RunAsync("dotnet", ["build", project, "-c", "Release"]);
        var program = Path.Combine(project, "bin", "Release", "net10.0", "OneTimeJwt.Benchmarks.dll");
        // As the app is served, and as this process is.
        var output = await Tools.RunAsync("dotnet", [program, "delivery"], new() { ["DOTNET_gcServer"] = "1" }, folder);
        var (rates, works) = (Numbers(Rate(), output), Numbers(Work(), output));
        return [.. rates.Zip(works)];
    }

    private static IEnumerable<double> Numbers(Regex row, string output) =>
        row.Matches(output).Select(match => double.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture));

    [GeneratedRegex(@"mails a second [^|]*\| ([\d.]+)")]
    private static partial Regex Rate();

    [GeneratedRegex(@"processor time for one of them \| ([\d.]+)")]
    private static partial Regex Work();
}
