using Microsoft.AspNetCore.Localization;
using Microsoft.Extensions.Primitives;

namespace OneTimeJwt.Web.Languages;

/// <summary>
/// What a reader chose on a page, which a cookie keeps; or the language of the page that a mailed link came from, which
/// the link carries: between opening a link and its use no cookie of ours is set.
/// </summary>
internal sealed class LanguageCookieProvider : RequestCultureProvider
{
    /// <summary>In a link of a page's list of languages.</summary>
    public const string ChoiceKey = "language";

    /// <summary>In a mailed link, and in every form.</summary>
    public const string CarriedKey = "lang";

    private static readonly TimeSpan Kept = TimeSpan.FromDays(365);

    public override Task<ProviderCultureResult?> DetermineProviderCultureResult(HttpContext httpContext)
    {
        var request = httpContext.Request;
        var wanted = Find(request.Query[CarriedKey]) ?? Find(request.Query[ChoiceKey]) ?? Find(request.Cookies[Cookie(httpContext)]);
        return Task.FromResult(wanted is null ? null : new ProviderCultureResult(wanted));
    }

    public static void Keep(HttpContext context)
    {
        if (HttpMethods.IsGet(context.Request.Method) && Find(context.Request.Query[ChoiceKey]) is { } chosen)
            context.Response.Cookies.Append(Cookie(context), chosen, new CookieOptions
            {
                Path = context.Request.PathBase.HasValue ? context.Request.PathBase.Value : "/",
                HttpOnly = true,
                Secure = context.Request.IsHttps,
                SameSite = SameSiteMode.Lax,
                MaxAge = Kept,
                IsEssential = true,
            });
    }

    private static string? Find(StringValues value) => value.Count == 1 ? Language.Find(value.ToString())?.Code : null;

    // Named like the cookies of sessions and forms: for the site's path, where it has one.
    private static string Cookie(HttpContext context)
    {
        var prefix = !context.Request.IsHttps ? "" : context.Request.PathBase.HasValue ? "__Secure-" : "__Host-";
        return $"{prefix}language{context.Request.PathBase.Value?.Replace('/', '-')}";
    }
}
