using System.Diagnostics;
using Microsoft.Extensions.Configuration.Memory;
using OneTimeJwt.Web.Events;
using OneTimeJwt.Web.Outbox;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace OneTimeJwt.Web.Hosting;

/// <summary>Metrics, traces and logs over OTLP, where the standard variable names a collector; else nothing is made
/// and nothing listens.</summary>
internal static class Telemetry
{
    private const string Endpoint = "OTEL_EXPORTER_OTLP_ENDPOINT";
    private const int FlushTimeout = 2_000;

    public static void AddTelemetry(this WebApplicationBuilder builder)
    {
        if (!string.IsNullOrEmpty(builder.Configuration[Endpoint]) && !Faults(builder.Configuration).Any())
            Export(builder);
    }

    /// <summary>What was counted last is sent when all else has stopped; a collector that doesn't answer must not
    /// hold up the end.</summary>
    public static void UseTelemetry(this WebApplication app)
    {
        if (!string.IsNullOrEmpty(app.Configuration[Endpoint]))
            app.Lifetime.ApplicationStopped.Register(() => Finish(app.Services));
    }

    public static IEnumerable<string> Faults(IConfiguration configuration)
    {
        if (
            configuration[Endpoint] is { Length: > 0 } endpoint
            && !(Uri.TryCreate(endpoint, UriKind.Absolute, out var url) && url.Scheme is "http" or "https"))
            yield return $"{Endpoint} is not a web address: write for example http://localhost:4317";
    }

    // In a method of its own, so that its libraries are loaded only where it is on.
    private static void Export(WebApplicationBuilder builder)
    {
        // Shorter than the default, because shutdown waits for an export that is under way; a configured value wins.
        ((IConfigurationBuilder)builder.Configuration).Sources.Insert(
            0,
            new MemoryConfigurationSource { InitialData = [new("OTEL_EXPORTER_OTLP_TIMEOUT", "3000")] });
        builder
            .Services.AddOpenTelemetry()
            .ConfigureResource(resource => resource.AddService(Instrumentation.Name).AddEnvironmentVariableDetector())
            .WithMetrics(metrics => metrics.AddMeter(Instrumentation.Name).AddAspNetCoreInstrumentation().AddRuntimeInstrumentation())
            .WithTracing(tracing => tracing
                .AddSource(Instrumentation.Name)
                .AddAspNetCoreInstrumentation(requests => requests.Filter = context => !IsProbe(context))
                .AddProcessor<TagFilter>())
            .UseOtlpExporter();
        builder.Services.AddHostedService<OutboxMetrics>();
        builder.Services.AddHostedService<EventMetrics>();
    }

    // Asked ahead of all else: a proxy may have passed the site's path on.
    private static bool IsProbe(HttpContext context) =>
        new[] { "/health", context.RequestServices.GetRequiredService<SitePath>().At("/health") }
            .Any(path => context.Request.Path.StartsWithSegments(path, StringComparison.OrdinalIgnoreCase));

    private static void Finish(IServiceProvider services)
    {
        services.GetService<TracerProvider>()?.Shutdown(FlushTimeout);
        services.GetService<MeterProvider>()?.Shutdown(FlushTimeout);
    }

    /// <summary>
    /// Lets through the tags that are known to be harmless and no others: the framework's describe requests down to what
    /// strangers write into them, and may become more with each version.
    /// </summary>
    private sealed class TagFilter : BaseProcessor<Activity>
    {
        private static readonly HashSet<string> AllowedTags =
        [
            "http.request.method", "http.response.status_code", "http.route", "network.protocol.version", "error.type",
            "purpose", "verdict", "kind", "attempt", "outcome",
        ];

        public override void OnEnd(Activity data)
        {
            foreach (var tag in data.TagObjects.Where(tag => !AllowedTags.Contains(tag.Key)).ToList())
                data.SetTag(tag.Key, null);
            data.TraceStateString = null;
            // Without its description.
            data.SetStatus(data.Status);
        }
    }
}
