using System.Diagnostics;

namespace OneTimeJwt.Web.Tests.Hosting;

/// <summary>The real executable, outside Development, run to its end.</summary>
internal static class Executable
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(60);

    public static async Task<(int Code, string Said)> RunAsync(string folder, Dictionary<string, string> settings, params string[] command)
    {
        var start = new ProcessStartInfo("dotnet")
        {
            WorkingDirectory = folder,
            RedirectStandardError = true,
            RedirectStandardOutput = true,
        };
        foreach (
            var argument in new[] { Path.Combine(AppContext.BaseDirectory, "OneTimeJwt.Web.dll") }
                .Concat(command)
                .Append("--urls=http://127.0.0.1:0"))
            start.ArgumentList.Add(argument);
        start.Environment["ASPNETCORE_ENVIRONMENT"] = "Production";
        foreach (var (key, value) in settings)
            start.Environment[key.Replace(":", "__", StringComparison.Ordinal)] = value;

        using var process = Process.Start(start)!;
        using var timeout = new CancellationTokenSource(Timeout);
        var output = process.StandardOutput.ReadToEndAsync(timeout.Token);
        var error = await process.StandardError.ReadToEndAsync(timeout.Token);
        await process.WaitForExitAsync(timeout.Token);
        return (process.ExitCode, error + await output);
    }
}
