using System.Diagnostics.CodeAnalysis;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Primitives;

namespace OneTimeJwt.Tokens;

/// <summary>
/// Hands the pages of the framework's templates the <c>code</c> of a link as they expect it, base64url of the token, and
/// keeps it out of the host's log. They decode it unseen, and end in an unhandled exception where it was cut or mistyped.
/// </summary>
internal sealed class IdentityPages : IStartupFilter
{
    private const string Key = "code";
    private const string ResetPage = "/Account/ResetPassword";

    private static readonly string[] Pages = [ResetPage, "/Account/ConfirmEmail", "/Account/ConfirmEmailChange"];

    // No token of anybody's, so that these pages say that the link doesn't work.
    private static readonly string NoToken = Wrap("-");

    public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
    {
        app.Use(InvokeAsync);
        next(app);
    };

    /// <summary>Whether a later handler restores the code that was taken out.</summary>
    internal static bool AreServed(IServiceProvider services) => services.GetServices<IStartupFilter>().OfType<IdentityPages>().Any();

    internal static void TakeOut(IFeatureCollection features)
    {
        var request = features.GetRequiredFeature<IHttpRequestFeature>();
        if (!Array.Exists(Pages, page => Is(request.Path, page)))
            return;

        var fields = QueryHelpers.ParseQuery(request.QueryString);
        if (!fields.Remove(Key, out var codes))
            return;

        features.Set(new TakenCode(codes));
        request.QueryString = QueryString.Create(fields).ToString();
        request.RawTarget = request.Path + request.QueryString;
    }

    internal static bool TryUnwrap(string code, [NotNullWhen(true)] out string? token)
    {
        try
        {
            token = Encoding.UTF8.GetString(WebEncoders.Base64UrlDecode(code));
            return true;
        }
        catch (FormatException)
        {
            token = null;
            return false;
        }
    }

    private static async Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        if (context.Features.Get<TakenCode>() is not { } taken)
        {
            await next(context);
            return;
        }

        var without = context.Request.QueryString;
        if (Mend(taken.Values, context.Request.Path) is { } code)
            context.Request.QueryString = without.Add(Key, code);
        try
        {
            await next(context);
        }
        finally
        {
            // The host logs the address again at the end.
            context.Request.QueryString = without;
        }
    }

    // Without a code the reset page says at once that the link is not valid.
    private static string? Mend(StringValues codes, string path) =>
        codes is not [{ } code] ? Broken(path)
        : OneTimeTokens.IsShapedLikeAToken(code) ? Wrap(code)
        : TryUnwrap(code, out _) ? code
        : Broken(path);

    private static string? Broken(string path) => Is(path, ResetPage) ? null : NoToken;

    private static bool Is(string path, string page) => path.TrimEnd('/').EndsWith(page, StringComparison.OrdinalIgnoreCase);

    private static string Wrap(string token) => WebEncoders.Base64UrlEncode(Encoding.UTF8.GetBytes(token));

    private sealed class TakenCode(StringValues values)
    {
        public StringValues Values { get; } = values;
    }
}
