using System.Text.Json;

namespace OneTimeJwt.Web.Mail;

/// <summary>Reads text from foreign JSON.</summary>
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
            // A lone surrogate is valid JSON, but no string.
            return null;
        }
    }
}
