namespace OneTimeJwt.E2E.Infrastructure;

/// <summary>Where things lie on disk.</summary>
internal static class Repository
{
    public static string Root { get; } = Find(new DirectoryInfo(AppContext.BaseDirectory));

    public static string Web { get; } = Path.Combine(Root, "OneTimeJwt.Web");

    /// <summary>The app in the configuration that this suite was built in: its copy that starts faster, unless the
    /// app was built after it.</summary>
    public static string WebProgram { get; } = BuiltAt(Copied) == BuiltAt(Built) ? Copied : Built;

    public static string DevelopmentSettings { get; } = Path.Combine(Root, "appsettings.Development.json");

    private static string Built =>
        Path.Combine(Web, "bin", new DirectoryInfo(AppContext.BaseDirectory).Parent!.Name, "net10.0", "OneTimeJwt.Web.dll");

    private static string Copied => Path.Combine(AppContext.BaseDirectory, "app", "OneTimeJwt.Web.dll");

    // By what stays as it is when the program is compiled further.
    private static DateTime BuiltAt(string program) => File.GetLastWriteTimeUtc(Path.ChangeExtension(program, ".pdb"));

    private static string Find(DirectoryInfo? folder)
    {
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "OneTimeJwt.sln")))
            folder = folder.Parent;
        return folder?.FullName ?? throw new InvalidOperationException("OneTimeJwt.sln lies in no folder above the tests.");
    }
}
