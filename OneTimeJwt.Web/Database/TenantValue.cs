using System.Globalization;

namespace OneTimeJwt.Web.Database;

/// <summary>The configured tenant as a value of its column.</summary>
internal static class TenantValue
{
    /// <summary>A text that the type can't hold stays a text: the database refuses the comparison, and nobody is served.</summary>
    public static object Of(string type, string text) => type.ToLowerInvariant() switch
    {
        "uuid" or "uniqueidentifier" when Guid.TryParse(text, out var guid) => guid,
        "int" or "integer" or "smallint" or "tinyint" when int.TryParse(text, CultureInfo.InvariantCulture, out var number) => number,
        "bigint" when long.TryParse(text, CultureInfo.InvariantCulture, out var number) => number,
        _ => text,
    };

    public static bool Fits(string type, string text) =>
        Of(type, text) is not string || type.Contains("char", StringComparison.OrdinalIgnoreCase)
        || type.Contains("text", StringComparison.OrdinalIgnoreCase);
}
