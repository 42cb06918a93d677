namespace OneTimeJwt.Web.Site;

/// <summary>No page is kept by a browser or a proxy, but for those that are the same for everybody: the start page,
/// the one on how it works, the 404 and static assets.</summary>
internal static class NoStore
{
    public static void UseNoStore(this IApplicationBuilder app) =>
        app.Use(
            (context, next) =>
            {
                context.Response.OnStarting(() =>
                {
                    if (context.Response.Headers.ETag.Count > 0)
                        return Task.CompletedTask;
                    var isFree =
                        context.Request.Path.Value is "/" or "/how-it-works"
                        || (context.Response.StatusCode == StatusCodes.Status404NotFound
                            && !SitePath.IsApi(context.Request));
                    if (isFree && !context.Response.Headers.ContainsKey("Set-Cookie"))
                        context.Response.Headers.Vary = "Accept-Language, Cookie";
                    else
                        context.Response.Headers.CacheControl = "no-store";
                    return Task.CompletedTask;
                });
                return next(context);
            });
}
