using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Http.HttpResults;

namespace OneTimeJwt.Web.Shell;

/// <summary>
/// Answers a request with a Razor component, rendered on the server without a circuit. The handler has decided before
/// anything is rendered, so status and redirects are its own, and POST, HEAD and errors need no special case.
/// </summary>
public static class Page
{
    private static readonly string[] GetAndHead = [HttpMethods.Get, HttpMethods.Head];

    public static RazorComponentResult Of<TPage>(int status = StatusCodes.Status200OK, object? parameters = null)
        where TPage : IComponent =>
        new(typeof(TPage), parameters ?? new { }) { StatusCode = status, PreventStreamingRendering = true };

    /// <summary>Another page of ours: relative, after a POST as a GET (303, RFC 9110 section 15.4.4), with an empty body.</summary>
    public static IResult SeeOther(string path) => new Relocation(path);

    public static RouteHandlerBuilder MapPage(this IEndpointRouteBuilder routes, string path, Delegate handler) =>
        routes.MapMethods(path, GetAndHead, handler);

    private sealed class Relocation(string path) : IResult
    {
        public Task ExecuteAsync(HttpContext httpContext)
        {
            httpContext.Response.StatusCode = StatusCodes.Status303SeeOther;
            httpContext.Response.Headers.Location = path;
            return Task.CompletedTask;
        }
    }
}
