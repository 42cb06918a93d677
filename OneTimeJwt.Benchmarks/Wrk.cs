using System.Globalization;
using System.Text.RegularExpressions;

namespace OneTimeJwt.Benchmarks;

/// <summary>Load by <c>wrk</c>: requests a second, and the time that 99 of 100 take at most.</summary>
internal static partial class Wrk
{
    private const int Connections = 16;

    public static async Task<(double Rate, double P99)> RunAsync(Uri address, TimeSpan time, string? script = null)
    {
        var wrk = await Tools.FindAsync("wrk", "wrk");
        string[] with = script is null ? [] : ["-s", script];
        var output = await Tools.RunAsync(
            wrk,
            [
                "-t1",
                string.Create(CultureInfo.InvariantCulture, $"-c{Connections}"),
                string.Create(CultureInfo.InvariantCulture, $"-d{time.TotalSeconds:0}s"),
                "--timeout",
                "20s",
                "--latency",
                .. with,
                address.ToString(),
            ]);
        if (output.Contains("Non-2xx", StringComparison.Ordinal) || output.Contains("Socket errors", StringComparison.Ordinal))
            throw new InvalidOperationException($"{address} failed under load: {output}");
        var p99 = Latency().Match(output);
        var scale = p99.Groups[2].Value switch
        {
            "us" => 0.001,
            "ms" => 1,
            _ => 1000,
        };
        return (
            double.Parse(Rate().Match(output).Groups[1].Value, CultureInfo.InvariantCulture),
            double.Parse(p99.Groups[1].Value, CultureInfo.InvariantCulture) * scale);
    }

    /// <summary>A script that posts a form over and over, each time with the next of some addresses.</summary>
    public static string Post(string cookies, string fields, string addressField, IEnumerable<string> addresses) =>
        $$"""
            local addresses = { {{string.Join(", ", addresses.Select(address => $"\"{Uri.EscapeDataString(address)}\""))}} }
            local i = 0
            request = function()
              i = i % #addresses + 1
              return wrk.format("POST", nil, { ["Content-Type"] = "application/x-www-form-urlencoded", ["Cookie"] = "{{cookies}}",
              ["Sec-Fetch-Site"] = "same-origin" },
                "{{fields}}&{{addressField}}=" .. addresses[i])
            end
            """;

    [GeneratedRegex(@"Requests/sec:\s+([\d.]+)")]
    private static partial Regex Rate();

    [GeneratedRegex(@"99%\s+([\d.]+)(us|ms|s)")]
    private static partial Regex Latency();
}
