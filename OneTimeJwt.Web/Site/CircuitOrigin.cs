using Microsoft.AspNetCore.Http.Features;

namespace OneTimeJwt.Web.Site;

/// <summary>A circuit's WebSocket isn't held back by the same-origin policy: browsers only say where it comes from.</summary>
internal static class CircuitOrigin
{
    public static void UseCircuitOrigin(this WebApplication app, string publicOrigin) => app.Use(async (context, next) =>
    {
        var origin = context.Request.Headers.Origin.ToString();
        var own = $"{context.Request.Scheme}://{context.Features.GetRequiredFeature<CanonicalHost>().Original}";
        if (context.Request.Path.StartsWithSegments("/_blazor", StringComparison.OrdinalIgnoreCase) && origin.Length > 0
            && !origin.Equals(own, StringComparison.OrdinalIgnoreCase) && !origin.Equals(publicOrigin, StringComparison.OrdinalIgnoreCase))
            context.Response.StatusCode = StatusCodes.Status403Forbidden;
        else
            await next(context);
    });
}
