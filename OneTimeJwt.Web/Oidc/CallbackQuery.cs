using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.Primitives;

namespace OneTimeJwt.Web.Oidc;

/// <summary>
/// The query of the provider's answer, which has the code, taken out of the request before the host sees it: the framework writes
/// addresses to its log at levels that configuration may always turn on.
/// </summary>
internal sealed class CallbackQuery
{
    private CallbackQuery(Dictionary<string, StringValues> fields) => Fields = fields;

    public Dictionary<string, StringValues> Fields { get; }

    /// <summary>Never the code.</summary>
    public override string ToString() => $"{Fields.Count} fields";

    public static void Decorate(IServiceCollection services)
    {
        var factory = services.Last(service => service.ServiceType == typeof(IHttpContextFactory));
        services.Remove(factory);
        services.AddSingleton<IHttpContextFactory>(provider => new ContextFactory(
            (IHttpContextFactory)(
                factory.ImplementationFactory?.Invoke(provider)
                ?? ActivatorUtilities.CreateInstance(provider, factory.ImplementationType!))));
    }

    private static void TakeOut(IFeatureCollection features)
    {
        var request = features.GetRequiredFeature<IHttpRequestFeature>();
        // Whatever path the site is under.
        if (request.QueryString.Length == 0 || !request.Path.EndsWith(OidcModule.CallbackPath, StringComparison.OrdinalIgnoreCase))
            return;

        features.Set(new CallbackQuery(QueryHelpers.ParseQuery(request.QueryString)));
        (request.QueryString, request.RawTarget) = ("", request.Path);
    }

    private sealed class ContextFactory(IHttpContextFactory inner) : IHttpContextFactory
    {
        public HttpContext Create(IFeatureCollection featureCollection)
        {
            TakeOut(featureCollection);
            return inner.Create(featureCollection);
        }

        public void Dispose(HttpContext httpContext) => inner.Dispose(httpContext);
    }
}
