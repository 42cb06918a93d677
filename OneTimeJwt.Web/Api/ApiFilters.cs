using System.Globalization;
using System.Reflection;
using Microsoft.AspNetCore.Mvc;

namespace OneTimeJwt.Web.Api;

/// <summary>What holds for each operation.</summary>
internal static class ApiFilters
{
    /// <summary>A parameter that is misspelt would change what is answered without a word: it is refused.</summary>
    public static EndpointFilterDelegate KnownParameters(EndpointFilterFactoryContext operation, EndpointFilterDelegate next)
    {
        var known = operation.MethodInfo.GetParameters()
            .Where(parameter => parameter.GetCustomAttribute<FromQueryAttribute>() is not null)
            .ToDictionary(parameter => parameter.Name!, parameter => parameter.ParameterType.IsArray, StringComparer.OrdinalIgnoreCase);
        return context =>
        {
            foreach (var (name, values) in context.HttpContext.Request.Query)
            {
                if (!known.TryGetValue(name, out var isList))
                    return Refused($"There is a parameter that isn't known here. Those that are: {string.Join(", ", known.Keys)}.");
                if (values.Count > 1 && !isList)
                    return Refused("A parameter was given several times.");
            }

            return next(context);
        };
    }

    /// <summary>JSON between programs is UTF-8 (RFC 8259, section 8.1).</summary>
    public static Task InUtf8(HttpContext context, RequestDelegate next)
    {
        var request = context.Request;
        if (!FormPost.IsUtf8(request))
        {
            context.Response.StatusCode = StatusCodes.Status415UnsupportedMediaType;
            return Task.CompletedTask;
        }

        // In quotes it means the same (RFC 9110, section 8.3.1), and the framework's reader throws.
        if (request.GetTypedHeaders().ContentType is { Charset.Length: > 0, MediaType.Value: { } type })
            request.ContentType = type;
        return next(context);
    }

    private static ValueTask<object?> Refused(string detail) =>
        ValueTask.FromResult<object?>(ApiProblems.Of(ApiProblems.BadRequest, detail));

    /// <summary>Programs read English.</summary>
    public static ValueTask<object?> InEnglish(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        CultureInfo.CurrentCulture = CultureInfo.CurrentUICulture = CultureInfo.InvariantCulture;
        return next(context);
    }
}
