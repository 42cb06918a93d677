using Microsoft.AspNetCore.Hosting.Server;
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
        var server = services.Last(service => service.ServiceType == typeof(IServer));
        services.Remove(server);
        services.AddSingleton<IServer>(provider => new Server(
            (IServer)(server.ImplementationInstance
                ?? server.ImplementationFactory?.Invoke(provider)
                ?? ActivatorUtilities.CreateInstance(provider, server.ImplementationType!))));
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

    private sealed class Server(IServer inner) : IServer
    {
        public IFeatureCollection Features => inner.Features;

        public Task StartAsync<TContext>(IHttpApplication<TContext> application, CancellationToken cancellationToken)
            where TContext : notnull => inner.StartAsync(new Application<TContext>(application), cancellationToken);

        public Task StopAsync(CancellationToken cancellationToken) => inner.StopAsync(cancellationToken);

        public void Dispose() => inner.Dispose();
    }

    private sealed class Application<TContext>(IHttpApplication<TContext> inner) : IHttpApplication<TContext>
        where TContext : notnull
    {
        public TContext CreateContext(IFeatureCollection contextFeatures)
        {
            TakeOut(contextFeatures);
            return inner.CreateContext(contextFeatures);
        }

        public Task ProcessRequestAsync(TContext context) => inner.ProcessRequestAsync(context);

        public void DisposeContext(TContext context, Exception? exception) => inner.DisposeContext(context, exception);
    }
}
