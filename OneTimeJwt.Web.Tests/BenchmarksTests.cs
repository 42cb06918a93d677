using System.Diagnostics;

namespace OneTimeJwt.Web.Tests;

/// <summary>Each scenario of the benchmarks runs and checks what it measures; how fast it was is for BENCHMARKS.md.</summary>
public sealed class BenchmarksTests
{
    private const string Missing = "is not here: install";
    private static readonly TimeSpan Timeout = TimeSpan.FromMinutes(8);

    [Theory]
    [InlineData("tokens", "kept for an outstanding link (SQLite) | 0 B")]
    [InlineData("delivery", "mails a second into nothing, of 200")]
    public Task A_scenario_runs(string name, string row) => RunsAsync(name, row);

    [Theory]
    [Trait("Category", "long")]
    [InlineData("events", "an act whose event is sent to one webhook")]
    [InlineData("growth", "deliver a mail while 500 wait")]
    [InlineData("api", "acts a second, 8 at once")]
    [InlineData("http", "POST, unknown addresses, a second")]
    [InlineData("redeem", "one reset")]
    public Task A_scenario_that_takes_longer_runs(string name, string row) => RunsAsync(name, row);

    private static async Task RunsAsync(string name, string row)
    {
        var configuration = AppContext.BaseDirectory.Contains("Release", StringComparison.Ordinal) ? "Release" : "Debug";
        var program = Path.Combine(Repository.Root, "OneTimeJwt.Benchmarks", "bin", configuration, "net10.0", "OneTimeJwt.Benchmarks.dll");
        Assert.SkipUnless(File.Exists(program), "The benchmarks aren't built: build the whole solution.");
        using var process = Process.Start(
            new ProcessStartInfo("dotnet", [program, name, "--quick"])
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true,
                WorkingDirectory = Repository.Root,
            }
        )!;
        using var timeout = new CancellationTokenSource(Timeout);
        var errors = process.StandardError.ReadToEndAsync(timeout.Token);
        var output = await process.StandardOutput.ReadToEndAsync(timeout.Token);
        await process.WaitForExitAsync(timeout.Token);

        Assert.SkipWhen(process.ExitCode == 1 && (await errors).Contains(Missing, StringComparison.Ordinal), await errors);
        Assert.True(process.ExitCode == 0, await errors);
        Assert.Contains(row, output, StringComparison.Ordinal);
    }
}
