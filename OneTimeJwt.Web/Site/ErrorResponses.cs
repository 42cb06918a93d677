using System.Globalization;
using Microsoft.AspNetCore.Diagnostics;

namespace OneTimeJwt.Web.Site;

/// <summary>A page for every failure, so that none is blank and none shows a stack trace, in any environment.</summary>
internal static class ErrorResponses
{
    public const string RetryAfterSeconds = "30";

    /// <summary>Says when to come back, in whole seconds (RFC 9110, section 10.2.3).</summary>
    public static void RetryAfter(HttpContext context, TimeSpan wait) =>
        context.Response.Headers.RetryAfter = Math.Ceiling(wait.TotalSeconds).ToString(CultureInfo.InvariantCulture);

    /// <param name="app">Where it comes in.</param>
    /// <param name="write">Writes the answer; a page unless given.</param>
    public static void UseErrorResponses(this IApplicationBuilder app, RequestDelegate? write = null)
    {
        write ??= WriteAsync;
        app.UseExceptionHandler(new ExceptionHandlerOptions
        {
            ExceptionHandler = write,
            StatusCodeSelector = Status,
            SuppressDiagnosticsCallback = failure => failure.Exception is BadHttpRequestException,
        });
        app.UseStatusCodePages(context => write(context.HttpContext));
    }

    public static Task WriteAsync(HttpContext context)
    {
        context.Features.Get<FormPost>()?.IsRead(context);
        var status = context.Response.StatusCode;
        if (status == StatusCodes.Status503ServiceUnavailable)
            context.Response.Headers.RetryAfter = RetryAfterSeconds;
        var wait = TimeSpan.FromSeconds(
            int.TryParse(context.Response.Headers.RetryAfter, CultureInfo.InvariantCulture, out var seconds) ? seconds : 60);
        return Page.Of<ErrorPage>(
                status,
                new
                {
                    Status = status,
                    Wait = wait,
                    IsInDoubt = context.Features.Get<IExceptionHandlerFeature>()?.Error.IsInDoubt() == true,
                })
            .ExecuteAsync(context);
    }

    private static int Status(Exception fault) => fault switch
    {
        BadHttpRequestException bad => bad.StatusCode,
        _ when fault.IsOutage() => StatusCodes.Status503ServiceUnavailable,
        _ => StatusCodes.Status500InternalServerError,
    };
}
