using System.Threading.RateLimiting;
using Microsoft.AspNetCore.RateLimiting;

namespace OneTimeJwt.Web.Site;

/// <summary>
/// Bounds the forms that one client sends, but for endpoints that ask the same limiter themselves. A sign-in at the OpenID provider,
/// which asks that one, counts like a form.
/// </summary>
internal static class RateLimits
{
    public static void AddRateLimits(this IServiceCollection services)
    {
        services.AddSingleton(provider => PerClient(provider.GetRequiredService<IOptions<ClientLimit>>().Value));
        services.AddRateLimiter(_ => { });
        services.AddOptions<RateLimiterOptions>().Configure<PartitionedRateLimiter<HttpContext>>((options, perClient) =>
        {
            options.RejectionStatusCode = StatusCodes.Status429TooManyRequests;
            options.GlobalLimiter = perClient;
            options.OnRejected = (rejected, _) =>
            {
                if (rejected.Lease.TryGetMetadata(MetadataName.RetryAfter, out var wait))
                    ErrorResponses.RetryAfter(rejected.HttpContext, wait);
                return ValueTask.CompletedTask;
            };
        });
    }

    private static PartitionedRateLimiter<HttpContext> PerClient(ClientLimit limit) =>
        PartitionedRateLimiter.Create<HttpContext, string>(context => IsForm(context.Request)
            ? RateLimitPartition.GetFixedWindowLimiter(
                ClientNetwork.Of(context),
                _ => new FixedWindowRateLimiterOptions { PermitLimit = limit.Permits, Window = limit.Window, QueueLimit = 0 })
            : RateLimitPartition.GetNoLimiter("not a form"));

    // The API has no forms: nothing is done there without a key that can't be guessed.
    private static bool IsForm(HttpRequest request) =>
        request.Path.StartsWithSegments("/sign-in/provider", StringComparison.OrdinalIgnoreCase)
        || (HttpMethods.IsPost(request.Method)
            && !request.Path.StartsWithSegments("/_blazor", StringComparison.OrdinalIgnoreCase)
            && !SitePath.IsApi(request));
}
