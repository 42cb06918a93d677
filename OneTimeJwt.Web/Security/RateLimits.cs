using System.Threading.RateLimiting;
using Microsoft.AspNetCore.RateLimiting;
using Microsoft.Extensions.Options;
using OneTimeJwt.Web.Shell;

namespace OneTimeJwt.Web.Security;

/// <summary>Bounds the forms that one client sends, but for endpoints that ask the same limiter themselves.</summary>
internal static class RateLimits
{
    public static void AddRateLimits(this IServiceCollection services)
    {
        services.AddSingleton(provider => PerClient(provider.GetRequiredService<IOptions<ClientLimit>>().Value));
        services.AddRateLimiter(_ => { });
        services.AddOptions<RateLimiterOptions>().Configure<PartitionedRateLimiter<HttpContext>>((options, perClient) =>
        {
            options.RejectionStatusCode = StatusCodes.Status429TooManyRequests;
            options.GlobalLimiter = new OnlyForms(perClient);
            options.OnRejected = (rejected, _) =>
            {
                if (rejected.Lease.TryGetMetadata(MetadataName.RetryAfter, out var wait))
                    ErrorPages.RetryAfter(rejected.HttpContext, wait);
                return ValueTask.CompletedTask;
            };
        });
    }

    private static PartitionedRateLimiter<HttpContext> PerClient(ClientLimit limit) =>
        PartitionedRateLimiter.Create<HttpContext, string>(context => RateLimitPartition.GetFixedWindowLimiter(
            ClientNetwork.Of(context),
            _ => new FixedWindowRateLimiterOptions { PermitLimit = limit.Permits, Window = limit.Window, QueueLimit = 0 }));

    private sealed class OnlyForms(PartitionedRateLimiter<HttpContext> perClient) : PartitionedRateLimiter<HttpContext>
    {
        private static readonly RateLimitLease Free = new FreeLease();

        public override RateLimiterStatistics? GetStatistics(HttpContext resource) => perClient.GetStatistics(resource);

        protected override RateLimitLease AttemptAcquireCore(HttpContext resource, int permitCount) =>
            Counts(resource) ? perClient.AttemptAcquire(resource, permitCount) : Free;

        protected override ValueTask<RateLimitLease> AcquireAsyncCore(HttpContext resource, int permitCount, CancellationToken cancellationToken) =>
            Counts(resource) ? perClient.AcquireAsync(resource, permitCount, cancellationToken) : ValueTask.FromResult(Free);

        private static bool Counts(HttpContext context) =>
            HttpMethods.IsPost(context.Request.Method)
            && !context.Request.Path.StartsWithSegments("/_blazor", StringComparison.OrdinalIgnoreCase);
    }

    private sealed class FreeLease : RateLimitLease
    {
        public override bool IsAcquired => true;

        public override IEnumerable<string> MetadataNames => [];

        public override bool TryGetMetadata(string metadataName, out object? metadata)
        {
            metadata = null;
            return false;
        }
    }
}
