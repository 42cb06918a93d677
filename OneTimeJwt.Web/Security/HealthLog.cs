using System.Collections.Concurrent;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace OneTimeJwt.Web.Security;

/// <summary>Logs what a check says when that changes; the framework would with every probe.</summary>
internal sealed partial class HealthLog(ILogger<HealthLog> logger)
{
    private readonly ConcurrentDictionary<string, HealthStatus> _latest = [];

    public void Write(HealthReport report)
    {
        foreach (var (check, entry) in report.Entries)
        {
            var before = _latest.GetValueOrDefault(check, HealthStatus.Healthy);
            if (before == entry.Status || !(_latest.TryUpdate(check, entry.Status, before) || _latest.TryAdd(check, entry.Status)))
                continue;

            var (level, cause) = (Level(entry.Status), HealthAnswer.Cause(entry));
            Log.Changed(logger, level, check, entry.Status, cause);
        }
    }

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
