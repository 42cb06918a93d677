using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Localization;
using Microsoft.AspNetCore.Routing.Patterns;
using Microsoft.AspNetCore.WebUtilities;

namespace OneTimeJwt.Web.Site;

/// <summary>
/// Answers a request with a Razor component, rendered on the server without a circuit. The handler has decided before
/// anything is rendered, so status and redirects are its own, and POST, HEAD and errors need no special case.
/// </summary>
public static class Page
{
    /// <summary>A field of the form that asks for the same page in another language.</summary>
    public const string ShowAgain = "again";

    private static readonly string[] GetAndHead = [HttpMethods.Get, HttpMethods.Head];
    private static readonly string[] Post = [HttpMethods.Post];

    public static IResult Of<TPage>(int status = StatusCodes.Status200OK, object? parameters = null)
        where TPage : IComponent =>
        new LocalizedResult(
            new RazorComponentResult(typeof(TPage), parameters ?? new { }) { StatusCode = status, PreventStreamingRendering = true });

    /// <summary>The page of a form, shown first or again.</summary>
    public static IResult Of<TPage>(FormProblem? problem, object parameters)
        where TPage : IComponent => Of<TPage>(problem?.Status ?? StatusCodes.Status200OK, parameters);

    /// <summary>Another page of ours: relative, after a POST as a GET (303, RFC 9110 section 15.4.4), with an empty body.</summary>
    /// <param name="path">As it is mapped, without the path that the site is under.</param>
    public static IResult SeeOther(string path) => new SeeOtherResult(path, Language.Current);

    public static IEndpointConventionBuilder MapPage(this IEndpointRouteBuilder routes, string path, Delegate handler) =>
        Map(routes, path, GetAndHead, _ => handler);

    /// <summary>A page that a method of a registered class answers with.</summary>
    public static IEndpointConventionBuilder MapPage<TPages>(this IEndpointRouteBuilder routes, string path, Func<TPages, Delegate> handler)
        where TPages : class =>
        Map(routes, path, GetAndHead, context => handler(context.RequestServices.GetRequiredService<TPages>()));

    /// <summary>The response to a form is in the language of the form's user.</summary>
    public static IEndpointConventionBuilder MapForm(this IEndpointRouteBuilder routes, string path, Delegate handler) =>
        Map(routes, path, Post, _ => handler);

    /// <inheritdoc cref="MapPage{TPages}"/>
    public static IEndpointConventionBuilder MapForm<TPages>(this IEndpointRouteBuilder routes, string path, Func<TPages, Delegate> handler)
        where TPages : class =>
        Map(routes, path, Post, context => handler(context.RequestServices.GetRequiredService<TPages>()));

    // The framework makes the code that calls a handler for all of them when the first request comes, which takes a third of the
    // time from start to first answer. Here it is made for the handlers that are asked.
    private static IEndpointConventionBuilder Map(
        IEndpointRouteBuilder routes, string path, string[] methods, Func<HttpContext, Delegate> handler)
    {
        RequestDelegate? call = null;
        return routes.MapMethods(
            path, methods, context => (call ??= Make(routes.ServiceProvider, RoutePatternFactory.Parse(path), handler, context))(context));
    }

    private static RequestDelegate Make(
        IServiceProvider services, RoutePattern pattern, Func<HttpContext, Delegate> handler, HttpContext first)
    {
        var endpoint = new RouteEndpointBuilder(requestDelegate: null, pattern, order: 0);
        endpoint.FilterFactories.Add((_, next) => context => AskTheForm(context, next));
        var method = handler(first).Method;
        return RequestDelegateFactory
            .Create(
                method,
                method.IsStatic ? null : context => handler(context).Target!,
                new RequestDelegateFactoryOptions
                {
                    ServiceProvider = services,
                    RouteParameterNames = pattern.Parameters.Select(parameter => parameter.Name),
                    ThrowOnBadRequest = services.GetRequiredService<IOptions<RouteHandlerOptions>>().Value.ThrowOnBadRequest,
                    EndpointBuilder = endpoint,
                })
            .RequestDelegate;
    }

    private static ValueTask<object?> AskTheForm(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        if (context.Arguments.OfType<FormPost>().FirstOrDefault() is { } form)
            form.IsRead(context.HttpContext);
        return next(context);
    }

    // Rendered after the handler has ended, and with it what the handler set.
    private sealed class LocalizedResult(RazorComponentResult page) : IResult
    {
        private readonly (string Culture, string? Zone) _reader = (ReaderCulture.Culture, ReaderCulture.ZoneId);

        public async Task ExecuteAsync(HttpContext httpContext)
        {
            ReaderCulture.Set(_reader.Culture, _reader.Zone);
            httpContext.Response.Headers.ContentLanguage = Language.Current.Code;
            await page.ExecuteAsync(httpContext);
        }
    }

    private sealed class SeeOtherResult(string path, Language language) : IResult
    {
        public Task ExecuteAsync(HttpContext httpContext)
        {
            httpContext.Response.StatusCode = StatusCodes.Status303SeeOther;
            httpContext.Response.Headers.Location = InTheReadersLanguage(httpContext);
            return Task.CompletedTask;
        }

        // A link may have brought a language that this browser doesn't ask for.
        private string InTheReadersLanguage(HttpContext context) =>
            context.Features.Get<IRequestCultureFeature>() is { } asked && Language.Find(asked.RequestCulture.UICulture.Name) != language
                ? QueryHelpers.AddQueryString(Whole(context), LanguageCookieProvider.ChoiceKey, language.Code)
                : Whole(context);

        private string Whole(HttpContext context) => context.Request.PathBase.Value + path;
    }
}
