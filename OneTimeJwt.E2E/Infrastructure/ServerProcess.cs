using System.Collections.Concurrent;
using System.Diagnostics;

namespace OneTimeJwt.E2E.Infrastructure;

/// <summary>A server of the test's own that listens on a port of this machine; its children end with it.</summary>
internal sealed class ServerProcess : IAsyncDisposable
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(20);

    private readonly ConcurrentQueue<string> _output = [];
    private readonly Process _process;

    private ServerProcess(ProcessStartInfo start)
    {
        _process = new Process { StartInfo = start };
        _process.OutputDataReceived += (_, line) => _output.Enqueue(line.Data ?? "");
        _process.ErrorDataReceived += (_, line) => _output.Enqueue(line.Data ?? "");
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    /// <summary>What it and its children wrote to standard output and standard error.</summary>
    public string Output => string.Join('\n', _output);

    /// <summary>Where a program of Debian's is; null where it isn't installed.</summary>
    public static string? Find(string name) =>
        Environment
            .GetEnvironmentVariable("PATH")!
            .Split(Path.PathSeparator)
            .Append("/usr/sbin")
            .Select(folder => Path.Combine(folder, name))
            .FirstOrDefault(File.Exists);

    /// <summary>Starts a program that listens nowhere.</summary>
    public static ServerProcess Start(string program, IEnumerable<string> arguments) => new(Described(program, arguments));

    /// <summary>Returns when the port is open.</summary>
    public static async Task<ServerProcess> StartAsync(
        string program, IEnumerable<string> arguments, int port, IReadOnlyDictionary<string, string>? environment = null)
    {
        var start = Described(program, arguments);
        foreach (var (name, value) in environment ?? new Dictionary<string, string>())
            start.Environment[name] = value;
        var server = new ServerProcess(start);
        for (var since = Stopwatch.StartNew(); !await LocalPort.IsOpenAsync(port); await Task.Delay(50))
        {
            if (!server._process.HasExited && since.Elapsed <= Timeout)
                continue;

            await server.EndAsync();
            throw new InvalidOperationException($"{Path.GetFileName(program)} did not start: {server.Output}");
        }

        return server;
    }

    public async ValueTask DisposeAsync() => await EndAsync();

    private static ProcessStartInfo Described(string program, IEnumerable<string> arguments) =>
        new(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };

    private async Task EndAsync()
    {
        _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
        _process.Dispose();
    }
}
