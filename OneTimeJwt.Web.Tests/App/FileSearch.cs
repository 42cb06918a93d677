using System.Text;

namespace OneTimeJwt.Web.Tests.App;

internal static class FileSearch
{
    /// <summary>No file of a folder holds any of these, in UTF-8 or UTF-16; the mails themselves are left out.</summary>
    public static void HoldNone(string folder, IEnumerable<string> secrets)
    {
        var patterns = secrets.SelectMany(secret => new[] { Encoding.UTF8.GetBytes(secret), Encoding.Unicode.GetBytes(secret) }).ToList();
        foreach (
            var file in Directory
                .EnumerateFiles(folder, "*", SearchOption.AllDirectories)
                .Where(file => !file.EndsWith(".eml", StringComparison.Ordinal)))
        {
            using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            using var copy = new MemoryStream();
            stream.CopyTo(copy);
            Assert.All(
                patterns,
                pattern => Assert.True(copy.ToArray().AsSpan().IndexOf(pattern) < 0, $"{Path.GetFileName(file)} holds a secret."));
        }
    }
}
