using Microsoft.AspNetCore.Http.Features;

namespace OneTimeJwt.Web.Site;

internal static class RequestBody
{
    /// <summary>No more than that is read of a request, where the server can still be told.</summary>
    public static void Limit(HttpContext http, long bytes)
    {
        if (http.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
            limit.MaxRequestBodySize = bytes;
    }

    /// <summary>Reads a form.</summary>
    /// <exception cref="BadHttpRequestException">It can't be read, or it broke off.</exception>
    public static async Task<T> ReadFormAsync<T>(Func<Task<T>> readAsync)
    {
        try
        {
            return await readAsync();
        }
        catch (InvalidDataException fault)
        {
            throw new BadHttpRequestException("The form can't be read.", StatusCodes.Status400BadRequest, fault);
        }
        catch (IOException fault) when (fault is not BadHttpRequestException)
        {
            throw new BadHttpRequestException("The form broke off.", StatusCodes.Status400BadRequest, fault);
        }
    }
}
