using System.Diagnostics;

namespace OneTimeJwt.Benchmarks;

/// <summary>Programs that a scenario needs beside the SDK: found, installed, or named.</summary>
internal static class Tools
{
    private static readonly string[] Beside = ["/usr/sbin", "/sbin"];

    /// <summary>Whether the package manager may be asked.</summary>
    public static bool MayInstall { get; set; }

    /// <summary>Looks for a program, and asks Debian's package manager for it where that is allowed.</summary>
    /// <exception cref="MissingToolException">It can't be had.</exception>
    public static async Task<string> FindAsync(string program, string package)
    {
        if (OnPath(program) is { } found)
            return found;
        if (MayInstall && Environment.UserName == "root" && OnPath("apt-get") is { } apt)
            await RunAsync(apt, ["install", "-y", "--no-install-recommends", package], new() { ["DEBIAN_FRONTEND"] = "noninteractive" });
        return OnPath(program) ?? throw new MissingToolException($"{program} is not here: install Debian's package {package}.");
    }

    /// <summary>Runs a program to its end.</summary>
    /// <returns>What it wrote.</returns>
    public static async Task<string> RunAsync(
        string program,
        IEnumerable<string> arguments,
        Dictionary<string, string>? variables = null,
        string? folder = null)
    {
        using var process = Start(program, arguments, variables, folder);
        var errors = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return process.ExitCode == 0
            ? output
            : throw new InvalidOperationException(
                $"{program} {string.Join(' ', arguments)} ended with {process.ExitCode}: {await errors}{output}");
    }

    public static Process Start(
        string program,
        IEnumerable<string> arguments,
        Dictionary<string, string>? variables = null,
        string? folder = null)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = folder ?? "",
        };
        foreach (var (name, value) in variables ?? [])
            start.Environment[name] = value;
        return Process.Start(start)!;
    }

    private static string? OnPath(string program) => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Concat(Beside)
        .Select(folder => Path.Combine(folder, program)).FirstOrDefault(File.Exists);
}

[System.Diagnostics.CodeAnalysis.SuppressMessage("Design", "CA1032", Justification = "It always says what is missing.")]
internal sealed class MissingToolException(string message) : Exception(message);
