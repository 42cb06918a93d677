using BenchmarkDotNet.Running;
using OneTimeJwt.Benchmarks;

switch (args)
{
    case ["accounts", var file]:
        return await ManyAccounts.GenerateAsync(file, ManyAccounts.Usual);
    case ["accounts", var file, var count]:
        return await ManyAccounts.GenerateAsync(file, int.Parse(count, System.Globalization.CultureInfo.InvariantCulture));
    case ["search", var file]:
        return await SearchTimes.MeasureAsync(file);
    default:
        BenchmarkRunner.Run<TokenBenchmarks>(args: args);
        return 0;
}
