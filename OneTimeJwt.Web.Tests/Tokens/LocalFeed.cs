using System.Diagnostics;

namespace OneTimeJwt.Web.Tests.Tokens;

/// <summary>The package, packed from what is built, in a folder that is a source for NuGet beside those of the machine.</summary>
public sealed class LocalFeed : IAsyncLifetime
{
    private static readonly TimeSpan Timeout = TimeSpan.FromMinutes(5);

    private string? _folder;

    public string Folder => _folder!;

    /// <summary>Another one each time, since NuGet keeps what it has seen once.</summary>
    public string Version { get; } = $"0.0.0-test{Guid.NewGuid():N}";

    public async ValueTask InitializeAsync()
    {
        _folder = Directory.CreateTempSubdirectory("ott-feed-").FullName;
        var configuration = AppContext.BaseDirectory.Contains("Release", StringComparison.Ordinal) ? "Release" : "Debug";
        var (code, said) = await RunAsync(
            Repository.Root,
            "pack",
            "OneTimeJwt.Tokens",
            "-c",
            configuration,
            "--no-build",
            "-o",
            Folder,
            $"-p:PackageVersion={Version}",
            "-nodeReuse:false");
        Assert.True(code == 0, said);
    }

    /// <summary>Lets a project below this folder find the package.</summary>
    public Task ServeAsync(string folder) => File.WriteAllTextAsync(
        Path.Combine(folder, "nuget.config"),
        $"""<configuration><packageSources><add key="local" value="{Folder}" /></packageSources></configuration>""");

    public static async Task<(int Code, string Said)> RunAsync(string folder, params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", arguments)
        {
            WorkingDirectory = folder,
            RedirectStandardError = true,
            RedirectStandardOutput = true,
        };
        // Under dotnet test, the outer build's tools would be taken for ours.
        foreach (var name in start.Environment.Keys.Where(name => name.StartsWith("MSBUILD", StringComparison.OrdinalIgnoreCase)).ToList())
            start.Environment.Remove(name);
        start.Environment["ASPNETCORE_ENVIRONMENT"] = "Development";
        using var process = Process.Start(start)!;
        using var timeout = new CancellationTokenSource(Timeout);
        var error = process.StandardError.ReadToEndAsync(timeout.Token);
        var output = await process.StandardOutput.ReadToEndAsync(timeout.Token);
        await process.WaitForExitAsync(timeout.Token);
        return (process.ExitCode, output + await error);
    }

    public ValueTask DisposeAsync()
    {
        Directory.Delete(Folder, recursive: true);
        var packages = Environment.GetEnvironmentVariable("NUGET_PACKAGES")
            ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");
        if (Path.Combine(packages, "onetimejwt.tokens", Version) is var kept && Directory.Exists(kept))
            Directory.Delete(kept, recursive: true);
        return ValueTask.CompletedTask;
    }
}
