using System.Diagnostics;

namespace OneTimeJwt.E2E.Infrastructure;

/// <summary>A server of the test's own that listens on a port of this machine; its children end with it.</summary>
internal sealed class ServerProcess : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly Process _process;

    private ServerProcess(Process process) => _process = process;

    /// <summary>Where a program of Debian's is; null where it isn't installed.</summary>
    public static string? Find(string name) =>
        Environment.GetEnvironmentVariable("PATH")!.Split(Path.PathSeparator).Append("/usr/sbin").Select(folder => Path.Combine(folder, name)).FirstOrDefault(File.Exists);

    /// <summary>Returns when the port is open.</summary>
    public static async Task<ServerProcess> StartAsync(string program, IEnumerable<string> arguments, int port)
    {
        var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
        var server = new ServerProcess(process);
        var errors = process.StandardError.ReadToEndAsync();
        for (var since = Stopwatch.StartNew(); !await LocalPort.IsOpenAsync(port); await Task.Delay(50))
        {
            if (!process.HasExited && since.Elapsed <= Patience)
                continue;

            var why = process.HasExited ? await errors : "";
            await server.DisposeAsync();
            throw new InvalidOperationException($"{Path.GetFileName(program)} did not start: {why}");
        }

        return server;
    }

    public async ValueTask DisposeAsync()
    {
        _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
        _process.Dispose();
    }
}
