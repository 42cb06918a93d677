using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Net.Http.Headers;

namespace OneTimeJwt.Web.Site;

/// <summary>A form that came in, within bounds; bound as a parameter of handlers.</summary>
/// <param name="Fields">What was filled in.</param>
/// <param name="IsAntiforgeryValid">Whether it was sent from a page of ours: false means show the form again and do nothing.</param>
/// <param name="LacksCookie">Whether it came without the cookie that its page set, as from a browser that blocks cookies.</param>
public sealed record FormPost(IFormCollection Fields, bool IsAntiforgeryValid, bool LacksCookie)
{
    /// <summary>The largest form that is read, in bytes.</summary>
    public const long MaxBytes = 32 * 1024;

    /// <summary>What is said with a form that isn't genuine.</summary>
    public string Problem => LacksCookie ? Words.CookieMissing : Words.PressAgain;

    /// <summary>The same for the page; null where the form is genuine.</summary>
    public FormProblem? Forgery => IsAntiforgeryValid ? null : new(Problem) { Status = StatusCodes.Status400BadRequest };

    /// <summary>The one value of a field, or nothing where it is missing or there several times.</summary>
    public string this[string name] => Fields[name] is { Count: 1 } value ? value.ToString() : "";

    /// <summary>From here on all is in the language of the form's user, error pages too.</summary>
    public void IsRead(HttpContext context)
    {
        context.Features.Set(this);
        ReaderCulture.Set(this["lang"], this["zone"]);
    }

    public static ValueTask<FormPost> BindAsync(HttpContext context) => ReadAsync(context, MaxBytes, new FormOptions());

    /// <summary>For a form that may be larger than most.</summary>
    public static async ValueTask<FormPost> ReadAsync(HttpContext context, long maxBytes, FormOptions options)
    {
        var fields = await FieldsAsync(context, maxBytes, options);
        var isFromHere = IsFromHere(context.Request);
        var isValid = isFromHere && await context.RequestServices.GetRequiredService<IAntiforgery>().IsRequestValidAsync(context);
        return new FormPost(fields, isValid, LacksCookie: isFromHere && LacksItsCookie(context));
    }

    /// <summary>What a form has filled in, whoever sent it.</summary>
    /// <exception cref="BadHttpRequestException">It is no form, too large, or can't be read.</exception>
    public static Task<IFormCollection> FieldsAsync(HttpContext context, long maxBytes, FormOptions options)
    {
        var request = context.Request;
        if (!request.HasFormContentType || !IsUtf8(request))
            throw new BadHttpRequestException("Not a form.", StatusCodes.Status415UnsupportedMediaType);
        if (request.ContentLength > maxBytes)
            throw new BadHttpRequestException("The form is too large.", StatusCodes.Status413PayloadTooLarge);
        RequestBody.Limit(context, maxBytes);
        return RequestBody.ReadFormAsync(() => request.ReadFormAsync(options, context.RequestAborted));
    }

    /// <summary>What every browser sends, and all that JSON may be; of some other encodings the framework's readers throw.</summary>
    public static bool IsUtf8(HttpRequest request) =>
        request.GetTypedHeaders().ContentType?.Charset is not { Length: > 0 } charset
        || HeaderUtilities.RemoveQuotes(charset).Equals("utf-8", StringComparison.OrdinalIgnoreCase);

    // Under no-referrer a browser sends "Origin: null" even from our own page, so the origin says nothing here.
    private static bool IsFromHere(HttpRequest request) => request.Headers["Sec-Fetch-Site"].ToString() is "" or "same-origin" or "none";

    private static bool LacksItsCookie(HttpContext context) =>
        !context.Request.Cookies.ContainsKey(context.RequestServices.GetRequiredService<IOptions<AntiforgeryOptions>>().Value.Cookie.Name!);
}
