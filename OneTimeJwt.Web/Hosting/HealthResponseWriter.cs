using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.HttpOverrides;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace OneTimeJwt.Web.Hosting;

/// <summary>One word for all clients; details as JSON for the configured networks of operators.</summary>
internal static class HealthResponseWriter
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    };

    public static Task WriteAsync(HttpContext context, HealthReport report)
    {
        context.RequestServices.GetRequiredService<HealthLog>().Write(report);
        if (IsInside(context))
            return context.Response.WriteAsJsonAsync(Causes(report), Json);

        context.Response.ContentType = "text/plain";
        return context.Response.WriteAsync(report.Status.ToString());
    }

    // A forwarded address that is left came through an unknown proxy: the client's own address is not known.
    private static bool IsInside(HttpContext context)
    {
        if (
            context.Connection.RemoteIpAddress is not { } address
            || context.Request.Headers.ContainsKey(ForwardedHeadersDefaults.XForwardedForHeaderName))
            return false;

        return context.RequestServices.GetRequiredService<IOptions<SecuritySettings>>().Value.HealthNetworks.Ranges()
            .Any(range => range.Contains(address));
    }

    // What an exception says may name servers and users.
    public static string? Cause(HealthReportEntry entry) => entry.Exception?.GetBaseException().GetType().Name ?? entry.Description;

    private static object Causes(HealthReport report) => new
    {
        Status = report.Status.ToString(),
        Checks = report.Entries.ToDictionary(
            entry => entry.Key,
            entry => new { Status = entry.Value.Status.ToString(), Cause = Cause(entry.Value) }),
    };
}
