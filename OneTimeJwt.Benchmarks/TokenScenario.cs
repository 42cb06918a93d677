using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Loggers;
using BenchmarkDotNet.Reports;
using BenchmarkDotNet.Running;

namespace OneTimeJwt.Benchmarks;

/// <summary>The token core: against the framework's provider, against the cryptography alone, and against a table of tokens.</summary>
internal static class TokenScenario
{
    private const int MaxBytes = 4096;

    public static async Task RunAsync(bool quick)
    {
        if (quick)
            await new TokenBenchmarks().SetupAsync();
        else
            await Report.AddAsync("Token core", Compare(BenchmarkRunner.Run<TokenBenchmarks>(Config())));

        await TokenTable.RunAsync(quick);
    }

    // Rounds of one after the other, so that a neighbour on the machine meets all of them.
    private static ManualConfig Config() => ManualConfig.Create(DefaultConfig.Instance)
        .AddJob(Job.Default.WithLaunchCount(3).WithWarmupCount(5).WithIterationCount(8))
        .WithOptions(ConfigOptions.DisableLogFile | ConfigOptions.JoinSummary)
        .WithBuildTimeout(TimeSpan.FromMinutes(10))
        .WithArtifactsPath(Path.Combine(Path.GetTempPath(), "onetimejwt-benchmarks"))
        .AddLogger(NullLogger.Instance);

    private static IEnumerable<Figure> Compare(Summary summary)
    {
        double Time(string name) => Of(summary, name).ResultStatistics!.Median / 1000;
        double Bytes(string name) => Of(summary, name).GcStats.GetBytesAllocatedPerOperation(Of(summary, name).BenchmarkCase) ?? double.NaN;

        const string ours = nameof(TokenBenchmarks.MintAsync),
            verify = nameof(TokenBenchmarks.VerifyAsync),
            floor = nameof(TokenBenchmarks.Floor);
        const string framework = nameof(TokenBenchmarks.FrameworkMintAsync),
            frameworkVerify = nameof(TokenBenchmarks.FrameworkVerifyAsync);
        yield return Figure.AtMost(0.7, "mint", Time(ours), Time(framework), "0.0 µs", "DataProtectorTokenProvider");
        yield return Figure.AtMost(0.8, "verify", Time(verify), Time(frameworkVerify), "0.0 µs", "DataProtectorTokenProvider");
        yield return Figure.AtMost(1.15, "mint", Time(ours), Time(floor), "0.0 µs", "the cryptography alone");
        yield return Figure.AtMost(1.3, "verify", Time(verify), Time(floor), "0.0 µs", "the cryptography alone");
        yield return Figure.AtMost(1, "mint, allocated", Bytes(ours), MaxBytes, "0 B", "the bound");
        yield return Figure.AtMost(1, "verify, allocated", Bytes(verify), MaxBytes, "0 B", "the bound");
        yield return new Figure(
            "verify a forged token",
            Figure.Text(Time(nameof(TokenBenchmarks.VerifyForgedAsync)), "0.0 µs"),
            $"{Figure.Text(Time(verify), "0.0 µs")} (a good one)",
            Time(nameof(TokenBenchmarks.VerifyForgedAsync)) / Time(verify));
    }

    private static BenchmarkReport Of(Summary summary, string name) =>
        summary.Reports.Single(report => report.BenchmarkCase.Descriptor.WorkloadMethod.Name == name);
}
