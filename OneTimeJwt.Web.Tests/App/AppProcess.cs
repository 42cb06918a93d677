using System.Diagnostics;
using System.Globalization;

namespace OneTimeJwt.Web.Tests.App;

/// <summary>The real app in a process of its own, on whatever runtime its host has.</summary>
internal sealed class AppProcess : IAsyncDisposable
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(120);

    private readonly Process _process;
    private readonly Task<string> _output;
    private readonly Task<string> _errors;

    private AppProcess(Process process) =>
        (_process, _output, _errors) = (process, process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());

    /// <summary>Returns when it is ready.</summary>
    public static async Task<AppProcess> StartAsync(
        string dotnet, string program, string folder, string origin, Dictionary<string, string> settings)
    {
        var start = new ProcessStartInfo(dotnet, [program, "--contentRoot", folder, "--urls", origin])
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (key, value) in settings)
            start.Environment[key.Replace(":", "__", StringComparison.Ordinal)] = value;
        var app = new AppProcess(Process.Start(start)!);

        using var visitor = new Visitor(origin);
        for (var since = Stopwatch.StartNew(); !await IsReadyAsync(visitor); await Task.Delay(100))
        {
            if (!app._process.HasExited && since.Elapsed <= Timeout)
                continue;

            await app.DisposeAsync();
            Assert.Fail($"The app did not become ready: {await app._output}{await app._errors}");
        }

        return app;
    }

    /// <summary>Whether it has loaded the runtime of that version.</summary>
    public bool RunsOn(string version) =>
        HasMapped($"/Microsoft.AspNetCore.App/{version}/");

    /// <summary>Whether it has loaded that library.</summary>
    public bool HasLoaded(string file) => HasMapped($"/{file}");

    /// <summary>Stops it as an operator would.</summary>
    /// <returns>What it logged.</returns>
    public async Task<string> StopAsync()
    {
        using var timeout = new CancellationTokenSource(Timeout);
        using (var kill = Process.Start("kill", ["-TERM", _process.Id.ToString(CultureInfo.InvariantCulture)]))
            await kill.WaitForExitAsync(timeout.Token);
        await _process.WaitForExitAsync(timeout.Token);
        Assert.Equal(0, _process.ExitCode);
        return await _output + await _errors;
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
            _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    private bool HasMapped(string path) => File.ReadAllText($"/proc/{_process.Id}/maps").Contains(path, StringComparison.Ordinal);

    private static async Task<bool> IsReadyAsync(Visitor visitor)
    {
        try
        {
            return (await visitor.GetAsync("/health/ready")).Status == HttpStatusCode.OK;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }
}
