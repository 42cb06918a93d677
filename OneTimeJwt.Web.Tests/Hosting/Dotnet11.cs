using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace OneTimeJwt.Web.Tests.Hosting;

/// <summary>
/// The runtime of .NET 11, put together from NuGet's packs, and this app's code built against that version's packages. Built by
/// the SDK of .NET 10, which is told what the SDK of .NET 11 knows of its framework. Tests are skipped where a pack is not to be had.
/// </summary>
public sealed class Dotnet11 : IAsyncLifetime
{
    public const string Version = "11.0.0";

    private const string Moniker = "net11.0";
    private const string Platform = "linux-x64";
    private const string Runtime = "Microsoft.NETCore.App";
    private const string Web = "Microsoft.AspNetCore.App";

    // Analyzers of the newer framework that want a newer compiler, and a provider that is built for the older one.
    private const string Expected = "CS9057;NU1608;NETSDK1206;NETSDK1057";

    private static readonly string[] Packs =
        [$"{Runtime}.Runtime.{Platform}", $"{Web}.Runtime.{Platform}", $"{Runtime}.Ref", $"{Web}.Ref", $"{Runtime}.Host.{Platform}"];

    private static readonly TimeSpan Timeout = TimeSpan.FromMinutes(25);

    private readonly string _folder = Directory.CreateTempSubdirectory("ott-net11-").FullName;
    private readonly Lazy<Task<string>> _built;
    private string? _missing;

    public Dotnet11() => _built = new(MakeProgramAsync);

    /// <summary>The <c>dotnet</c> that has no other runtime.</summary>
    public string Host => Path.Combine(_folder, "dotnet", "dotnet");

    private string Code => Path.Combine(_folder, "code");

    public async ValueTask InitializeAsync()
    {
        if (!OperatingSystem.IsLinux() || RuntimeInformation.OSArchitecture != Architecture.X64)
            _missing = "its packs are tried on Linux x64 only.";
        else if (await DownloadAsync() is { Code: not 0 } refused)
            _missing = refused.Said.Split('\n').FirstOrDefault(line => line.Contains("error", StringComparison.Ordinal)) ?? refused.Said;
        else
            MakeRuntime();
    }

    public ValueTask DisposeAsync()
    {
        Directory.Delete(_folder, recursive: true);
        return ValueTask.CompletedTask;
    }

    public void SkipIfMissing() => Assert.SkipWhen(_missing is not null, $"The packs of .NET {Version} are not to be had: {_missing}");

    /// <summary>Builds the app and its tests from a copy of the code, every warning an error.</summary>
    /// <returns>The folder of the tests' program, beside which the app's lies.</returns>
    public Task<string> BuildAsync() => _built.Value;

    /// <summary>Runs a program to its end.</summary>
    public static async Task<(int Code, string Said)> RunAsync(string program, string folder, IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        // The SDK that runs the tests tells its children which it is.
        foreach (var name in start.Environment.Keys.Where(name => name.StartsWith("MSBuild", StringComparison.OrdinalIgnoreCase)).ToList())
            start.Environment.Remove(name);
        start.Environment["MSBUILDDISABLENODEREUSE"] = "1";
        start.Environment["DOTNET_ROLL_FORWARD"] = program == "dotnet" ? "Minor" : "Major";
        using var process = Process.Start(start)!;
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        timeout.CancelAfter(Timeout);
        try
        {
            var errors = process.StandardError.ReadToEndAsync(timeout.Token);
            var said = await process.StandardOutput.ReadToEndAsync(timeout.Token) + await errors;
            await process.WaitForExitAsync(timeout.Token);
            return (process.ExitCode, said);
        }
        finally
        {
            if (!process.HasExited)
                process.Kill(entireProcessTree: true);
        }
    }

    private async Task<string> MakeProgramAsync()
    {
        Copy();
        var (code, said) = await RunAsync("dotnet", Code, ["build", "OneTimeJwt.Web.Tests", "-c", "Release", "-v", "q"]);
        var errors = said.Split('\n').Where(line => line.Contains("error", StringComparison.Ordinal)).Distinct();
        Assert.True(code == 0, string.Join('\n', errors.Take(50)));
        return Path.Combine(Code, "OneTimeJwt.Web.Tests", "bin", "Release", Moniker);
    }

    private async Task<(int Code, string Said)> DownloadAsync()
    {
        var folder = Directory.CreateDirectory(Path.Combine(_folder, "packs")).FullName;
        new XElement(
            "Project",
            new XAttribute("Sdk", "Microsoft.NET.Sdk"),
            new XElement(
                "PropertyGroup",
                new XElement("TargetFramework", "netstandard2.0"),
                new XElement("DisableImplicitFrameworkReferences", true)),
            new XElement("ItemGroup", Packs.Select(pack =>
                new XElement("PackageDownload", new XAttribute("Include", pack), new XAttribute("Version", $"[{Version}]")))))
            .Save(Path.Combine(folder, "packs.csproj"));
        return await RunAsync("dotnet", folder, ["restore", "packs.csproj"]);
    }

    // The layout of an installed .NET. The muxer of any version starts the newest host that lies beside it.
    private void MakeRuntime()
    {
        var root = Directory.CreateDirectory(Path.Combine(_folder, "dotnet")).FullName;
        File.Copy(Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "../../../dotnet")), Host);
        var runtime = Pack($"{Runtime}.Runtime.{Platform}");
        CopyAll([Path.Combine(runtime, "lib", Moniker), Path.Combine(runtime, "native")], Path.Combine(root, "shared", Runtime, Version));
        CopyAll([Path.Combine(Pack($"{Web}.Runtime.{Platform}"), "lib", Moniker)], Path.Combine(root, "shared", Web, Version));
        var resolver = Directory.CreateDirectory(Path.Combine(root, "host", "fxr", Version)).FullName;
        File.Copy(Path.Combine(runtime, "native", "libhostfxr.so"), Path.Combine(resolver, "libhostfxr.so"));
    }

    private static string Pack(string name) => Path.Combine(
        Environment.GetEnvironmentVariable("NUGET_PACKAGES")
            ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages"),
        name.ToLowerInvariant(),
        Version,
        "runtimes",
        Platform);

    private static void CopyAll(IEnumerable<string> folders, string target)
    {
        Directory.CreateDirectory(target);
        foreach (var file in folders.SelectMany(Directory.EnumerateFiles))
            File.Copy(file, Path.Combine(target, Path.GetFileName(file)));
    }

    private void Copy()
    {
        string[] wanted = ["OneTimeJwt.Tokens", "OneTimeJwt.Web", "OneTimeJwt.Web.Tests", "OneTimeJwt.E2E"];
        string[] generated = ["bin", "obj", "App_Data"];
        var files = wanted
            .SelectMany(folder => Directory.EnumerateFiles(Path.Combine(Repository.Root, folder), "*", SearchOption.AllDirectories))
            .Concat(Directory.EnumerateFiles(Repository.Root));
        foreach (var file in files)
        {
            var name = Path.GetRelativePath(Repository.Root, file);
            if (name.Split(Path.DirectorySeparatorChar).Intersect(generated).Any() || Path.GetFileName(name) == "packages.lock.json")
                continue;
            Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(Code, name))!);
            File.Copy(file, Path.Combine(Code, name));
        }

        // By itself a project of net11.0 that wants all analyzers is given every rule of style besides.
        const string Framework10 = "<TargetFramework>.*</TargetFramework>";
        Replace("Directory.Build.props", Framework10, $"<TargetFramework>{Moniker}</TargetFramework><AnalysisLevel>10.0</AnalysisLevel>");
        Replace("Directory.Packages.props", "(?<=<FrameworkVersion>).*(?=<)", Version);
        File.WriteAllText(Path.Combine(Code, "Directory.Build.targets"), $"""
            <Project>
              <PropertyGroup>
                <NETCoreAppMaximumVersion>11.0</NETCoreAppMaximumVersion>
                <BundledNETCoreAppPackageVersion>{Version}</BundledNETCoreAppPackageVersion>
                <AllowMissingPrunePackageData>true</AllowMissingPrunePackageData>
                <RestorePackagesWithLockFile>false</RestorePackagesWithLockFile>
                <NoWarn>$(NoWarn);{Expected}</NoWarn>
                <RunAnalyzers Condition="'$(MSBuildProjectName)' != 'OneTimeJwt.Web'">false</RunAnalyzers>
              </PropertyGroup>
              <ItemGroup>
                {Framework(Runtime)}
                {Framework(Web)}
                <KnownAspNetCorePack Include="{Web}.Internal.Assets" TargetFramework="{Moniker}" AspNetCorePackVersion="{Version}" />
                <KnownAppHostPack Include="{Runtime}" TargetFramework="{Moniker}" AppHostPackNamePattern="{Runtime}.Host.**RID**"
                  AppHostPackVersion="{Version}" AppHostRuntimeIdentifiers="{Platform}" />
              </ItemGroup>
            </Project>
            """);
    }

    private void Replace(string file, string pattern, string by)
    {
        var path = Path.Combine(Code, file);
        var text = File.ReadAllText(path);
        Assert.Matches(pattern, text);
        File.WriteAllText(path, Regex.Replace(text, pattern, by));
    }

    private static string Framework(string name) => $"""
        <KnownFrameworkReference Include="{name}" TargetFramework="{Moniker}" RuntimeFrameworkName="{name}"
          DefaultRuntimeFrameworkVersion="{Version}" LatestRuntimeFrameworkVersion="{Version}"
          TargetingPackName="{name}.Ref" TargetingPackVersion="{Version}"
          RuntimePackNamePatterns="{name}.Runtime.**RID**" RuntimePackRuntimeIdentifiers="{Platform}" />
        """;
}
