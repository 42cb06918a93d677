using BenchmarkDotNet.Running;
using OneTimeJwt.Benchmarks;

BenchmarkRunner.Run<TokenBenchmarks>(args: args);
