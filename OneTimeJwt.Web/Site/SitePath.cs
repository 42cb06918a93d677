namespace OneTimeJwt.Web.Site;

/// <summary>The path of the public origin that all pages are under; empty where the app has the host to itself.</summary>
/// <param name="Value">As browsers see it, without a slash at the end, for example <c>/recover</c>.</param>
public sealed record SitePath(string Value)
{
    // What the app's own addresses begin with: below one of these a request that lost the path on its way couldn't be told
    // from one that still has it.
    private static readonly string[] OwnSegments =
    [
        ".well-known", "_blazor", "_content", "_framework", "account", "admin", "api", "change-email", "confirm-email", "dev",
        "forgot-password", "health", "how-it-works", "invitation", "logo", "mail", "openapi", "reset-password",
        "secure-account", "sign-in", "sign-out",
    ];

    /// <summary>What programs use: it has no forms and no pages.</summary>
    public const string Api = "/api";

    /// <summary>Where developers try it. In Development only.</summary>
    public const string ApiPage = "/dev/api";

    /// <summary>The path that cookies are kept under.</summary>
    public string ForCookies => Value.Length == 0 ? "/" : Value;

    /// <summary>Whether the path begins like an address of the app itself.</summary>
    public bool IsAmbiguous => OwnSegments.Contains(Value.Split('/').ElementAtOrDefault(1), StringComparer.OrdinalIgnoreCase);

    /// <summary>Whether a program asks, and not a browser for a page.</summary>
    public static bool IsApi(HttpRequest request) => request.Path.StartsWithSegments(Api, StringComparison.OrdinalIgnoreCase);

    /// <summary>Whether it is the page to try the API, or a file of it.</summary>
    public static bool IsApiPage(HttpRequest request) =>
        request.Path.StartsWithSegments(ApiPage, StringComparison.OrdinalIgnoreCase);

    /// <summary>A page of ours as browsers have to ask for it.</summary>
    /// <param name="page">As it is mapped, for example <c>/sign-in</c>.</param>
    public string At(string page) => Value + page;

    /// <summary>
    /// The name of a cookie: browsers tie <c>__Host-</c> to the path "/" (RFC 6265bis, section 4.1.3). It says the path, too, since
    /// cookies of an outer path are sent to an inner one.
    /// </summary>
    public string Cookie(string name, bool secure) =>
        Value.Length == 0 ? (secure ? $"__Host-{name}" : name)
        : $"{(secure ? "__Secure-" : "")}{name}{Value.Replace('/', '-')}";
}

internal static class SitePathRequests
{
    /// <summary>Proxies pass the path on or take it away; from here on a request looks the same in either case.</summary>
    public static void UseSitePath(this IApplicationBuilder app)
    {
        var path = new PathString(app.ApplicationServices.GetRequiredService<SitePath>().Value);
        app.Use((context, next) =>
        {
            var request = context.Request;
            if (path.HasValue && request.Path.StartsWithSegments(path, StringComparison.OrdinalIgnoreCase, out var rest))
                request.Path = rest.HasValue ? rest : "/";
            request.PathBase = path;
            return next(context);
        });
    }
}
