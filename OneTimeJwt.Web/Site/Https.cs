namespace OneTimeJwt.Web.Site;

/// <summary>Plain http: pages move to the public address, forms are refused, health stays reachable from inside.</summary>
internal static class Https
{
    public static void UseHttps(this WebApplication app, string publicAddress, Func<HttpContext, string> query)
    {
        if (app.Services.GetRequiredService<IOptions<SecuritySettings>>().Value.RequireHttps != true)
            return;

        app.Use(async (context, next) =>
        {
            var request = context.Request;
            if (request.IsHttps || request.Path.StartsWithSegments("/health", StringComparison.OrdinalIgnoreCase))
            {
                await next(context);
            }
            else if (
                (HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method))
                // A program that sent its key in clear has to be told so, and not helped on.
                && !SitePath.IsApi(request))
            {
                context.Response.StatusCode = StatusCodes.Status307TemporaryRedirect;
                context.Response.Headers.Location = publicAddress + request.Path + query(context);
            }
            else
            {
                context.Response.StatusCode = StatusCodes.Status400BadRequest;
            }
        });
    }
}
