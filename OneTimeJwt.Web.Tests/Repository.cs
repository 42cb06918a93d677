namespace OneTimeJwt.Web.Tests;

/// <summary>What people read in the repository: code, documents and settings.</summary>
internal static class Repository
{
    private static readonly string[] Endings = [".cs", ".razor", ".md", ".json", ".js", ".css", ".sh", ".props", ".csproj"];
    private static readonly string[] Generated = ["bin", "obj", "artifacts", "App_Data"];

    public static string Root { get; } = Find(new DirectoryInfo(AppContext.BaseDirectory));

    public static IEnumerable<string> Files(string ending = "") =>
        Directory
            .EnumerateFiles(Root, "*", SearchOption.AllDirectories)
            .Where(file =>
                Endings.Contains(Path.GetExtension(file))
                && file.EndsWith(ending, StringComparison.Ordinal)
                && !file.EndsWith("packages.lock.json", StringComparison.Ordinal))
            .Where(file => !Path.GetRelativePath(Root, file).Split(Path.DirectorySeparatorChar).Intersect(Generated).Any());

    public static IEnumerable<string> Texts(string ending = "") => Files(ending).Select(File.ReadAllText);

    private static string Find(DirectoryInfo? folder)
    {
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "OneTimeJwt.sln")))
            folder = folder.Parent;
        return folder?.FullName ?? throw new InvalidOperationException("OneTimeJwt.sln lies in no folder above the tests.");
    }
}
