using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using OneTimeJwt.E2E.InApp;
using OneTimeJwt.E2E.Reporting;

namespace OneTimeJwt.E2E.Infrastructure;

/// <summary>The real app in a process of its own, with a port, a database, an inbox and a server secret of its own.</summary>
public sealed class RunningApp : IAsyncDisposable
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(90);

    private readonly ConcurrentQueue<string> _log = [];
    private readonly Xunit.Sdk.ITest? _test = TestContext.Current.Test;
    private readonly Dictionary<string, string> _settings;
    private readonly string _folder;
    private readonly bool _ownsFolder;
    private readonly PosixSignalRegistration _onTerminate;
    private Process? _process;

    private RunningApp(Dictionary<string, string> settings, RunningApp? beside)
    {
        Address = new Uri($"http://localhost:{LocalPort.Free()}");
        _ownsFolder = beside is null;
        _folder = beside?._folder ?? Directory.CreateTempSubdirectory("onetimejwt-e2e-").FullName;
        _settings = beside is not null ? new(beside._settings) : new(Hook.Settings)
        {
            [Break.Setting] = Break.Wanted ?? "",
            ["ASPNETCORE_ENVIRONMENT"] = "Development",
            ["ConnectionStrings__Accounts"] = $"Data Source={Database}",
            ["Mail__Transport"] = "Inbox",
            ["Mail__Inbox__Directory"] = Inbox,
            ["Recovery__PublicOrigin"] = Address.GetLeftPart(UriPartial.Authority),
            ["Tokens__Secrets__0__Id"] = "e2e",
            ["Tokens__Secrets__0__Value"] = Convert.ToBase64String(RandomNumberGenerator.GetBytes(32)),
            // Processes here live too short for a better compilation to pay, but for what is called very often: 0x400 times.
            ["DOTNET_TieredPGO"] = "0",
            ["DOTNET_TC_CallCountThreshold"] = "400",
            // What ends a page of the console is told to the browser, and stands in the report.
            ["DetailedErrors"] = "true",
            // All tests come from one address.
            ["RateLimits__PerClient__Permits"] = "100000",
        };
        foreach (var (name, value) in settings)
            _settings[name] = value.Replace("{folder}", _folder, StringComparison.Ordinal);

        // A suite that is stopped early leaves no app behind.
        AppDomain.CurrentDomain.ProcessExit += (_, _) => StopNow();
        _onTerminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, _ => StopNow());
    }

    /// <summary>The settings of an app that nothing of the suite is in: its database is its own from the first row,
    /// and passwords cost what they cost.</summary>
    public static Dictionary<string, string> AsShipped => new() { [Hook.Runtime] = "", [Hook.Host] = "" };

    public Uri Address { get; }

    public string Database => Path.Combine(_folder, "accounts.db");

    public string Inbox => Path.Combine(_folder, "inbox");

    public string Log => string.Join('\n', _log);

    public string ServerSecret => _settings["Tokens__Secrets__0__Value"];

    /// <summary>Everything that it keeps on disk, but for the mails.</summary>
    public IEnumerable<string> Files =>
        Directory
            .EnumerateFiles(_folder, "*", SearchOption.AllDirectories)
            .Where(file => !file.EndsWith(".eml", StringComparison.Ordinal));

    /// <param name="settings">Over the usual ones; {folder} stands for the app's own folder.</param>
    /// <param name="beside">Another node: the same folder, database and secrets, a port of its own.</param>
    public static async Task<RunningApp> StartAsync(Dictionary<string, string> settings, RunningApp? beside = null)
    {
        var app = new RunningApp(settings, beside);
        try
        {
            if (beside is null && app._settings[Hook.Runtime].Length > 0)
                FreshDatabase.CopyTo(app.Database);
            await app.LaunchAsync();
            return app;
        }
        catch
        {
            await app.DisposeAsync();
            throw;
        }
    }

    /// <summary>The settings of an app whose mails go to a server at that port of this machine.</summary>
    public static Dictionary<string, string> MailingTo(int port) => new()
    {
        ["Mail__Transport"] = "Smtp",
        ["Mail__Smtp__Host"] = "127.0.0.1",
        ["Mail__Smtp__Port"] = port.ToString(CultureInfo.InvariantCulture),
        ["Mail__Smtp__Security"] = "None",
    };

    /// <summary>Stops it as an operator would and starts it again: same port, same database, same secret.</summary>
    public async Task RestartAsync()
    {
        await StopAsync();
        await StartAgainAsync();
    }

    /// <summary>Stops it as an operator would.</summary>
    /// <returns>Its exit code.</returns>
    public async Task<int> StopAsync()
    {
        using (var kill = Process.Start("kill", ["-TERM", _process!.Id.ToString(CultureInfo.InvariantCulture)]))
            await kill.WaitForExitAsync();
        return await EndAsync();
    }

    /// <summary>Ends it without a chance to do anything about it.</summary>
    public Task KillAsync()
    {
        _process!.Kill();
        return EndAsync();
    }

    /// <summary>Starts it again: same port, same database, same secret.</summary>
    public Task StartAgainAsync() => LaunchAsync();

    /// <summary>Makes it later than it is, for an app that was started with <see cref="Clock.Settings"/>.</summary>
    public void PutClockForward(TimeSpan by) => Clock.PutForward(Path.Combine(_folder, Clock.FileName), by);

    /// <summary>Runs a command of the same executable beside it, with the same settings.</summary>
    public async Task<(int Code, string Output)> RunAsync(params string[] words)
    {
        using var process = Process.Start(Start(words))!;
        using var timeout = new CancellationTokenSource(Timeout);
        var error = process.StandardError.ReadToEndAsync(timeout.Token);
        var output = await process.StandardOutput.ReadToEndAsync(timeout.Token);
        await process.WaitForExitAsync(timeout.Token);
        return (process.ExitCode, output + await error);
    }

    public async ValueTask DisposeAsync()
    {
        StopNow();
        if (_process is not null)
            await _process.WaitForExitAsync();
        _process?.Dispose();
        _process = null;
        KeptArtifacts.Note(_test, "app.log", Log);
        _onTerminate.Dispose();
        if (_ownsFolder)
            Directory.Delete(_folder, recursive: true);
    }

    private async Task<int> EndAsync()
    {
        using (var timeout = new CancellationTokenSource(Timeout))
            await _process!.WaitForExitAsync(timeout.Token);
        var code = _process.ExitCode;
        _process.Dispose();
        _process = null;
        return code;
    }

    private async Task LaunchAsync()
    {
        _process = Process.Start(Start([]))!;
        _process.OutputDataReceived += (_, line) => _log.Enqueue(line.Data ?? "");
        _process.ErrorDataReceived += (_, line) => _log.Enqueue(line.Data ?? "");
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
        await BecomeReadyAsync();
    }

    private ProcessStartInfo Start(string[] words)
    {
        var start = new ProcessStartInfo("dotnet", [Repository.WebProgram, .. words, "--urls", Address.GetLeftPart(UriPartial.Authority)])
        {
            WorkingDirectory = Repository.Web,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in _settings)
            start.Environment[name] = value;
        return start;
    }

    private async Task BecomeReadyAsync()
    {
        using var http = new HttpClient { BaseAddress = Address };
        var since = Stopwatch.StartNew();
        while (!await IsReadyAsync(http))
        {
            if (_process!.HasExited || since.Elapsed > Timeout)
                throw new InvalidOperationException($"The app did not become ready. It said:\n{Log}");
            await Task.Delay(100);
        }
    }

    private static async Task<bool> IsReadyAsync(HttpClient http)
    {
        try
        {
            using var answer = await http.GetAsync("/health/ready");
            return answer.StatusCode == HttpStatusCode.OK;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    private void StopNow()
    {
        if (_process is { HasExited: false })
            _process.Kill(entireProcessTree: true);
    }
}
