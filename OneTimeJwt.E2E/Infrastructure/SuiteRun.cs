using System.Diagnostics;
using OneTimeJwt.E2E.Reporting;

namespace OneTimeJwt.E2E.Infrastructure;

/// <summary>This suite, run once more in a process of its own.</summary>
/// <param name="Code">What it ended with.</param>
/// <param name="Folder">Its report.</param>
/// <param name="Output">What it wrote to the console.</param>
internal sealed record SuiteRun(int Code, string Folder, string Output) : IDisposable
{
    private static readonly TimeSpan Timeout = TimeSpan.FromMinutes(20);

    public IReadOnlyList<Tried> Tests => Run.Read(Path.Combine(Folder, "results.xml"));

    public string Page => File.ReadAllText(Path.Combine(Folder, "index.html"));

    public static async Task<SuiteRun> StartAsync(Dictionary<string, string> settings, params string[] filter)
    {
        var folder = Directory.CreateTempSubdirectory("onetimejwt-report-").FullName;
        var start = new ProcessStartInfo("dotnet", [typeof(SuiteRun).Assembly.Location, .. filter, "-noLogo", "-noColor"])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in settings)
            start.Environment[name] = value;
        start.Environment["E2E_REPORT"] = folder;

        using var process = Process.Start(start)!;
        using var timeout = new CancellationTokenSource(Timeout);
        var errors = process.StandardError.ReadToEndAsync(timeout.Token);
        var output = await process.StandardOutput.ReadToEndAsync(timeout.Token);
        await process.WaitForExitAsync(timeout.Token);
        return new SuiteRun(process.ExitCode, folder, output + await errors);
    }

    public void Dispose() => Directory.Delete(Folder, recursive: true);
}
