namespace OneTimeJwt.Web.Site;

/// <summary>
/// Takes the Host header out of play: from here on every request is one to the public origin, so that nothing can be
/// built from what a stranger writes there. A host that is none is refused (RFC 9110, section 7.2).
/// </summary>
internal sealed record CanonicalHost(HostString Original)
{
    public static void Use(IApplicationBuilder app, string publicOrigin)
    {
        var own = HostString.FromUriComponent(new Uri(publicOrigin));
        app.Use(async (context, next) =>
        {
            var request = context.Request;
            var original = request.Host;
            context.Features.Set(new CanonicalHost(original));
            request.Host = own;
            if (!original.HasValue || Uri.TryCreate($"{request.Scheme}://{original.Value}/", UriKind.Absolute, out _))
                await next(context);
            else
                context.Response.StatusCode = StatusCodes.Status400BadRequest;
        });
    }
}
