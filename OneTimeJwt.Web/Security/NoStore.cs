namespace OneTimeJwt.Web.Security;

/// <summary>No page is kept by a browser or a proxy, but for the start page, the 404 and static assets.</summary>
internal static class NoStore
{
    public static void UseNoStore(this IApplicationBuilder app) => app.Use((context, next) =>
    {
        context.Response.OnStarting(() =>
        {
            var isFree = context.Request.Path == "/" || context.Response.StatusCode == StatusCodes.Status404NotFound || context.Response.Headers.ETag.Count > 0;
            if (!isFree)
                context.Response.Headers.CacheControl = "no-store";
            return Task.CompletedTask;
        });
        return next(context);
    });
}
