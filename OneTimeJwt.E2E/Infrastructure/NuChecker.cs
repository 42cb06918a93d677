using System.Diagnostics;
using System.Net.Http.Json;
using System.Text;

namespace OneTimeJwt.E2E.Infrastructure;

/// <summary>The Nu HTML checker, which speaks HTTP: it takes seconds to start and then milliseconds a page.</summary>
public sealed class NuChecker : IAsyncDisposable
{
    private const string Variable = "ONETIMEJWT_TEST_NU";

    private static readonly TimeSpan MaxWait = TimeSpan.FromSeconds(90);
    private static readonly SemaphoreSlim Turns = new(1);

    // It refuses requests without a User-Agent.
    private readonly HttpClient _client = new() { Timeout = MaxWait, DefaultRequestHeaders = { { "User-Agent", "OneTimeJwt.E2E" } } };
    private Process? _process;

    /// <summary>Why there is none; null where there is one. A test of its own tells.</summary>
    public static string? Missing => Jar is null ? $"{Variable} names no vnu.jar: java or npm could not be had here." : null;

    private static string? Jar => Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } jar ? jar : null;

    /// <summary>What it finds wrong with a whole document; nothing where there is no checker.</summary>
    public async Task<IReadOnlyList<string>> FaultsAsync(string html)
    {
        if (Jar is not { } jar)
            return [];

        await StartAsync(jar);
        using var content = new StringContent(html, Encoding.UTF8, "text/html");
        using var answer = await _client.PostAsync(new Uri("?out=json", UriKind.Relative), content);
        var report = await answer.Content.ReadFromJsonAsync<Report>();
        // Blazor closes void elements, which is allowed and of which the checker is fond to tell.
        return
        [
            .. report!
                .Messages.Where(message => message.Type != "info" || message.SubType == "warning")
                .Select(message => $"{message.Message} {message.Extract}"),
        ];
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
        {
            _process.Kill(entireProcessTree: true);
            await _process.WaitForExitAsync();
            _process.Dispose();
        }

        _client.Dispose();
    }

    private async Task StartAsync(string jar)
    {
        await Turns.WaitAsync();
        try
        {
            if (_process is not null)
                return;

            var port = LocalPort.Free();
            _client.BaseAddress = new Uri($"http://127.0.0.1:{port}/");
            // It lives too short for a better compilation to pay, and without one its schemas need more stack.
            _process = Process.Start(
                new ProcessStartInfo(
                    "java",
                    [
                        "-Xmx512m",
                        "-Xss4m",
                        "-XX:TieredStopAtLevel=1",
                        "-Dnu.validator.servlet.bind-address=127.0.0.1",
                        "-cp",
                        jar,
                        "nu.validator.servlet.Main",
                        $"{port}",
                    ])
                {
                    RedirectStandardError = true,
                    RedirectStandardOutput = true,
                }
            )!;
            // A pipe that nobody empties would stop it.
            _process.OutputDataReceived += (_, _) => { };
            _process.ErrorDataReceived += (_, _) => { };
            _process.BeginOutputReadLine();
            _process.BeginErrorReadLine();
            for (var since = Stopwatch.StartNew(); !await LocalPort.IsOpenAsync(port); await Task.Delay(200))
            {
                if (_process.HasExited || since.Elapsed > MaxWait)
                    throw new InvalidOperationException("The Nu HTML checker did not start.");
            }
        }
        finally
        {
            Turns.Release();
        }
    }

    private sealed record Report(IReadOnlyList<Finding> Messages);

    private sealed record Finding(string Type, string? SubType, string Message, string? Extract);
}
