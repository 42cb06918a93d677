using OneTimeJwt.E2E.Infrastructure;
using OneTimeJwt.E2E.Processes;
using Xunit.Sdk;
using Xunit.v3;

[assembly: TestCollectionOrderer(typeof(LongestFirst))]

namespace OneTimeJwt.E2E.Infrastructure;

/// <summary>Classes that take long begin first, so that none of them is what everybody waits for in the end.</summary>
public sealed class LongestFirst : ITestCollectionOrderer
{
    private static readonly string[] Long =
    [
        nameof(ReplayRejectionTests),
        nameof(KillTests),
        nameof(AccountPagesTests),
        nameof(PublicPagesTests),
        nameof(EveryLinkTests),
        nameof(NodesTests),
        nameof(PromiseTests),
        nameof(SecondFactorTests),
        nameof(MailTests),
        nameof(FloodTests),
        nameof(SignInTests),
        nameof(ConsolePagesTests),
        nameof(ReportTests),
        nameof(MailOutageTests),
    ];

    // The runner names the collection of a class "Test collection for" it.
    public IReadOnlyCollection<TTestCollection> OrderTestCollections<TTestCollection>(IReadOnlyCollection<TTestCollection> testCollections)
        where TTestCollection : ITestCollection =>
        [
            .. testCollections.OrderBy(collection =>
                Array.FindIndex(Long, name => collection.TestCollectionDisplayName.Contains($".{name} ", StringComparison.Ordinal))
                    is var at
                        and >= 0
                    ? at
                    : Long.Length),
        ];
}
