using System.Collections.Concurrent;
using Xunit.Sdk;

namespace OneTimeJwt.E2E.Reporting;

/// <summary>What tests saw outside their browsers, for the report of those that fail: mails that they took, logs of
/// apps that they started.</summary>
internal static class KeptArtifacts
{
    private static readonly ConcurrentDictionary<string, ConcurrentQueue<(string Name, string Text)>> OfTests = [];

    /// <param name="test">Whose it is; null for what belongs to all of them.</param>
    /// <param name="name">The name of its file; a number goes before the dot.</param>
    /// <param name="text">It is masked before it is written.</param>
    public static void Note(ITest? test, string name, string text)
    {
        if (test is not null)
            OfTests.GetOrAdd(Run.FolderOf(test.TestDisplayName), _ => []).Enqueue((name, text));
    }

    public static void Write(string report, IEnumerable<Tried> tests)
    {
        foreach (var folder in tests.Where(test => test.Failed).Select(test => test.Folder))
        {
            if (!OfTests.TryGetValue(folder, out var seen))
                continue;
            Directory.CreateDirectory(Path.Combine(report, folder));
            foreach (var texts in seen.GroupBy(one => one.Name, one => one.Text))
            {
                foreach (var (i, text) in texts.Index())
                    File.WriteAllText(
                        Path.Combine(
                            report,
                            folder,
                            $"{Path.GetFileNameWithoutExtension(texts.Key)}-{i + 1}{Path.GetExtension(texts.Key)}"),
                        Secrets.Hide(text));
            }
        }
    }
}
