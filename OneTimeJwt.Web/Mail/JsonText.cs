using System.Text.Json;

namespace OneTimeJwt.Web.Mail;

/// <summary>Reads text out of JSON that others wrote.</summary>
internal static class JsonText
{
    /// <returns>Null where there is no object, no such field, or no text in it.</returns>
    public static string? Of(JsonElement fields, string name)
    {
        try
        {
            return
                fields.ValueKind == JsonValueKind.Object
                && fields.TryGetProperty(name, out var value)
                && value.ValueKind == JsonValueKind.String
                ? value.GetString()
                : null;
        }
        catch (InvalidOperationException)
        {
            // A lone half of a surrogate pair is JSON and no string.
            return null;
        }
    }
}
