using Xunit.Sdk;
using Xunit.v3;

namespace OneTimeJwt.E2E.Infrastructure;

/// <summary>Classes that take long begin first, so that none of them is what everybody waits for in the end.</summary>
/// <param name="classes">Their names, the longest first.</param>
public abstract class LongestFirst(params string[] classes) : ITestCollectionOrderer
{
    // The runner names the collection of a class "Test collection for" it.
    public IReadOnlyCollection<TTestCollection> OrderTestCollections<TTestCollection>(IReadOnlyCollection<TTestCollection> testCollections)
        where TTestCollection : ITestCollection =>
        [
            .. testCollections.OrderBy(collection =>
                Array.FindIndex(classes, name => collection.TestCollectionDisplayName.Contains($".{name} ", StringComparison.Ordinal))
                    is var at
                        and >= 0
                    ? at
                    : classes.Length),
        ];
}
