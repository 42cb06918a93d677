using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Logging;
using OneTimeJwt.Web.Hosting;

namespace OneTimeJwt.Web.Tests.Hosting;

/// <summary>What probes leave in the log.</summary>
public sealed class HealthLogTests
{
    [Fact]
    public void A_change_of_status_or_of_cause_is_logged_and_a_change_of_figures_is_not()
    {
        using var sink = new LogSink();
        using var factory = LoggerFactory.Create(logging => logging.AddProvider(sink));
        var log = new HealthLog(factory.CreateLogger<HealthLog>());
        (HealthStatus Status, string? Cause, bool IsLogged)[] answers =
        [
            (HealthStatus.Healthy, null, false),
            (HealthStatus.Unhealthy, "It can't be reached.", true),
            (HealthStatus.Unhealthy, "It can't be reached.", false),
            (HealthStatus.Unhealthy, "It is read-only.", true),
            (HealthStatus.Degraded, "12 mails wait, for 15 minutes.", true),
            (HealthStatus.Degraded, "13 mails wait, for 16 minutes.", false),
            (HealthStatus.Healthy, null, true),
            (HealthStatus.Healthy, null, false),
        ];

        foreach (var (status, cause, isLogged) in answers)
        {
            var before = sink.Lines.Count;
            log.Write(Report(status, cause));

            Assert.Equal((isLogged ? 1 : 0, $"{status} {cause}"), (sink.Lines.Count - before, $"{status} {cause}"));
        }
    }

    private static HealthReport Report(HealthStatus status, string? cause) =>
        new(
            new Dictionary<string, HealthReportEntry> { ["database"] = new(status, cause, TimeSpan.Zero, exception: null, data: null) },
            TimeSpan.Zero);
}
