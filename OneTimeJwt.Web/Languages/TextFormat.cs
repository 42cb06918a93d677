using System.Globalization;

namespace OneTimeJwt.Web.Languages;

internal static class TextFormat
{
    /// <summary>Fills in the places of a text, with numbers and dates as the reader writes them.</summary>
    public static string With(this string words, params ReadOnlySpan<object?> values) =>
        string.Format(CultureInfo.CurrentCulture, words, values);

    /// <summary>A count with its thousands apart, as the reader writes them.</summary>
    public static string Grouped(this int count) => count.ToString("N0", CultureInfo.CurrentCulture);
}
