namespace OneTimeJwt.Web.Security;

/// <summary>
/// Nothing here is built from the Host header, but the framework makes an address of it for every page and throws where
/// it can't. A host that is none is refused (RFC 9110, section 7.2); none at all, as old probes send, is replaced.
/// </summary>
internal static class HostCheck
{
    public static void UseHostCheck(this IApplicationBuilder app, string publicOrigin)
    {
        var own = HostString.FromUriComponent(new Uri(publicOrigin));
        app.Use(async (context, next) =>
        {
            var request = context.Request;
            var isNone = !request.Host.HasValue;
            var isWrong = !isNone && !Uri.TryCreate($"{request.Scheme}://{request.Host.Value}/", UriKind.Absolute, out _);
            if (isNone || isWrong)
                request.Host = own;
            if (isWrong)
                context.Response.StatusCode = StatusCodes.Status400BadRequest;
            else
                await next(context);
        });
    }
}
