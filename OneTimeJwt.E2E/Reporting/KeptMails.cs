using System.Collections.Concurrent;
using OneTimeJwt.E2E.Infrastructure;

namespace OneTimeJwt.E2E.Reporting;

/// <summary>The mails that each test took, for the report of one that fails.</summary>
internal static class KeptMails
{
    private static readonly ConcurrentDictionary<string, ConcurrentQueue<ReceivedMail>> OfTests = [];

    public static void Note(ReceivedMail mail)
    {
        if (TestContext.Current.Test is { } test)
            OfTests.GetOrAdd(test.UniqueID, _ => []).Enqueue(mail);
    }

    /// <summary>Those of the test that runs; forgotten thereby.</summary>
    public static IReadOnlyCollection<ReceivedMail> Take() =>
        TestContext.Current.Test is { } test && OfTests.TryRemove(test.UniqueID, out var mails) ? mails : [];
}
