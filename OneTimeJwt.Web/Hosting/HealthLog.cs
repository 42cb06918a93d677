using System.Collections.Concurrent;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace OneTimeJwt.Web.Hosting;

/// <summary>Logs what a check says when that changes; the framework would with every probe.</summary>
internal sealed partial class HealthLog(ILogger<HealthLog> logger)
{
    private readonly ConcurrentDictionary<string, (HealthStatus Status, string? Cause)> _latest = [];

    private static readonly (HealthStatus Status, string? Cause) Healthy = (HealthStatus.Healthy, null);

    public void Write(HealthReport report)
    {
        foreach (var (check, entry) in report.Entries)
        {
            var cause = HealthResponseWriter.Cause(entry);
            var (before, now) = (_latest.GetValueOrDefault(check, Healthy), (entry.Status, WithoutFigures(cause)));
            if (before == now || (before.Status, now.Status) == (HealthStatus.Healthy, HealthStatus.Healthy))
                continue;

            var level = Level(now.Status);
            if (_latest.TryUpdate(check, now, before) || _latest.TryAdd(check, now))
                Log.Changed(logger, level, check, now.Status, cause);
        }
    }

    // Ages and counts change with every look.
    private static string? WithoutFigures(string? cause) =>
        cause is null ? null : string.Concat(cause.Where(character => !char.IsAsciiDigit(character)));

    private static LogLevel Level(HealthStatus status) => status switch
    {
        HealthStatus.Healthy => LogLevel.Information,
        HealthStatus.Degraded => LogLevel.Warning,
        _ => LogLevel.Error,
    };

    private static partial class Log
    {
        [LoggerMessage("Health of {Check}: {Status}. {Cause}")]
        public static partial void Changed(ILogger logger, LogLevel level, string check, HealthStatus status, string? cause);
    }
}
