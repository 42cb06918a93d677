using System.Globalization;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace OneTimeJwt.Benchmarks;

/// <summary>Publishes what is compared.</summary>
internal static class Subjects
{
    private static readonly string[] Template = ["new", "blazor", "-au", "Individual", "-int", "Server", "-n", "Template"];

    /// <summary>Our app, with a mail server that takes whatever comes.</summary>
    public static async Task<Subject> OursAsync(Scratch scratch, int mailPort, byte[] secret)
    {
        var folder = scratch.File("ours");
        var project = Path.Combine(Repository(), "OneTimeJwt.Web");
        // As OPERATIONS.md publishes it; the lock file stays as it is.
        await Tools.RunAsync(
            "dotnet",
            [
                "publish",
                project,
                "-c",
                "Release",
                "-r",
                RuntimeInformation.RuntimeIdentifier,
                "--self-contained",
                "false",
                "-p:PublishReadyToRun=true",
                $"-p:NuGetLockFilePath={scratch.File("lock.json")}",
                "-o",
                folder,
            ]);
        var database = scratch.File("ours.db");
        var settings = new Dictionary<string, string>
        {
            ["ConnectionStrings__Accounts"] = $"Data Source={database}",
            ["Recovery__PublicOrigin"] = TokenBenchmarks.Origin,
            ["Tokens__Secrets__0__Id"] = "bench",
            ["Tokens__Secrets__0__Value"] = Convert.ToBase64String(secret),
            ["Mail__From"] = "no-reply@example.com",
            ["Mail__Transport"] = "Smtp",
            ["Mail__Smtp__Host"] = "127.0.0.1",
            ["Mail__Smtp__Port"] = mailPort.ToString(CultureInfo.InvariantCulture),
            ["Mail__Smtp__Security"] = "None",
            ["Security__RequireHttps"] = "false",
            // One load generator is one client.
            ["RateLimits__PerClient__Permits"] = "1000000000",
        };
        var assembly = Path.Combine(folder, "OneTimeJwt.Web.dll");
        await Tools.RunAsync(
            "dotnet",
            [assembly, "database", "migrate"],
            new(settings) { ["ASPNETCORE_ENVIRONMENT"] = "Production" },
            folder);
        var subject = new Subject("ours", folder, assembly, database, settings);
        await subject.SeedAsync();
        return subject;
    }

    /// <summary>What <c>dotnet new</c> makes of the framework's template on this machine.</summary>
    public static async Task<Subject> TemplateAsync(Scratch scratch)
    {
        var (source, folder) = (scratch.File("template-source"), scratch.File("template"));
        await Tools.RunAsync("dotnet", [.. Template, "-o", source]);
        await Tools.RunAsync("dotnet", ["publish", source, "-c", "Release", "-o", folder]);
        var database = Path.Combine(folder, "Data", "app.db");
        Directory.CreateDirectory(Path.GetDirectoryName(database)!);
        File.Copy(Path.Combine(source, "Data", "app.db"), database, overwrite: true);
        var subject = new Subject("template", folder, Path.Combine(folder, "Template.dll"), database, [])
        {
            ForgotPassword = "/Account/ForgotPassword",
        };
        await subject.SeedAsync();
        return subject;
    }

    public static string Repository()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "OneTimeJwt.sln")))
            folder = folder.Parent;
        return folder?.FullName ?? throw new InvalidOperationException("Run this from within the repository.");
    }

    public static byte[] NewSecret() => RandomNumberGenerator.GetBytes(32);
}
