using BenchmarkDotNet.Running;
using OneTimeJwt.Benchmarks;

switch (args)
{
    case ["accounts", var database]:
        return await ManyAccounts.GenerateAsync(database, ManyAccounts.Usual);
    case ["accounts", var database, var count]:
        return await ManyAccounts.GenerateAsync(database, int.Parse(count, System.Globalization.CultureInfo.InvariantCulture));
    case ["search", var database]:
        return await SearchTimes.MeasureAsync(database);
    case ["send", var database]:
        return await SendTimes.MeasureAsync(database);
    default:
        BenchmarkRunner.Run<TokenBenchmarks>(args: args);
        return 0;
}
