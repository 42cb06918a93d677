using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Primitives;

namespace OneTimeJwt.Tokens;

/// <summary>
/// The tokens of a request's address, taken out of it before the host sees the request: the framework writes addresses
/// to its log and its traces, at levels that configuration may always turn on.
/// </summary>
public sealed class TokenQuery
{
    private const string Key = "token";
    private const string JwtStart = "eyJ";
    private const int MaxQueryLength = 8 * 1024;

    private TokenQuery(StringValues values) => Values = values;

    /// <summary>What stood in the query under <c>token</c>.</summary>
    public StringValues Values { get; }

    /// <summary>The one token of a request's address.</summary>
    /// <param name="context">The request.</param>
    /// <returns>Null where there is none; a string that no token equals where there are several.</returns>
    public static string? From(HttpContext context) =>
        context.Features.Get<TokenQuery>()?.Values is { Count: > 0 } values ? (values.Count == 1 ? values.ToString() : "") : null;

    /// <summary>The query as it came in, for a redirect that has to keep the token. A secret: it goes into no log.</summary>
    /// <param name="context">The request.</param>
    /// <returns>With its leading question mark, or empty.</returns>
    public static string Whole(HttpContext context) =>
        From(context) is { } token ? context.Request.QueryString.Add(Key, token).ToString() : context.Request.QueryString.ToString();

    /// <summary>Never the tokens.</summary>
    public override string ToString() => $"{Values.Count} tokens";

    internal static void Decorate(IServiceCollection services, Action<IFeatureCollection>? takeOut = null)
    {
        var factory = services.Last(service => service.ServiceType == typeof(IHttpContextFactory));
        services.Remove(factory);
        services.AddSingleton<IHttpContextFactory>(provider => new ContextFactory(
            (IHttpContextFactory)(
                factory.ImplementationFactory?.Invoke(provider)
                ?? ActivatorUtilities.CreateInstance(provider, factory.ImplementationType!)),
            takeOut ?? (IdentityPages.AreServed(provider) ? TakeOutBoth : TakeOut)));
    }

    // Where Identity's pages are served, their code first: it may hold a token, which is dropped elsewhere.
    private static void TakeOutBoth(IFeatureCollection features)
    {
        IdentityPages.TakeOut(features);
        TakeOut(features);
    }

    private static void TakeOut(IFeatureCollection features)
    {
        var request = features.GetRequiredFeature<IHttpRequestFeature>();
        var query = request.QueryString;
        if (query.Length > MaxQueryLength)
        {
            features.Set(new TokenQuery(""));
            Rewrite(request, "");
            return;
        }

        if (query.Length == 0 && !HoldsToken(request.Path))
            return;

        var fields = QueryHelpers.ParseQuery(query);
        var tokens = fields.SelectMany(field => Tokens(field.Key, field.Value)).ToArray();
        var rest = fields
            .Where(field => Tokens(field.Key, field.Value).Length == 0 && !HoldsToken(field.Key) && !field.Value.Any(HoldsToken))
            .ToList();
        if (tokens.Length > 0)
            features.Set(new TokenQuery(tokens));
        if (rest.Count < fields.Count || HoldsToken(request.Path))
            Rewrite(request, QueryString.Create(rest).ToString());
    }

    // Some mail gateways escape the equals sign, which makes name and value one name.
    private static string?[] Tokens(string name, StringValues values) =>
        name.Equals(Key, StringComparison.OrdinalIgnoreCase) ? values.ToArray()
        : name.StartsWith(Key + "=", StringComparison.OrdinalIgnoreCase) ? [name[(Key.Length + 1)..]]
        : [];

    // Half a link pasted into another field or into the path is a token all the same.
    private static bool HoldsToken(string? text) => text?.Contains(JwtStart, StringComparison.Ordinal) ?? false;

    private static void Rewrite(IHttpRequestFeature request, string query)
    {
        if (HoldsToken(request.Path))
            request.Path = "/not-a-page";
        request.QueryString = query;
        request.RawTarget = request.Path + query;
    }

    private sealed class ContextFactory(IHttpContextFactory inner, Action<IFeatureCollection> takeOut) : IHttpContextFactory
    {
        public HttpContext Create(IFeatureCollection featureCollection)
        {
            takeOut(featureCollection);
            return inner.Create(featureCollection);
        }

        public void Dispose(HttpContext httpContext) => inner.Dispose(httpContext);
    }
}
