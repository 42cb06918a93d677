using System.Globalization;

namespace OneTimeJwt.Web.Languages;

/// <summary>A language that pages and mails come in.</summary>
/// <param name="Code">Its two letters (ISO 639-1).</param>
/// <param name="Name">What its own speakers call it.</param>
/// <param name="Countries">Where its people write dates in a way of their own.</param>
public sealed record Language(string Code, string Name, IReadOnlyList<string> Countries)
{
    /// <summary>English, which Words.resx is written in, is the first.</summary>
    public static IReadOnlyList<Language> All { get; } =
    [
        new("en", "English", ["US", "GB", "AU", "CA", "IE", "IN", "NZ", "ZA"]),
        new("de", "Deutsch", ["DE", "AT", "CH"]),
        new("fr", "Français", ["FR", "BE", "CA", "CH"]),
        new("es", "Español", ["ES", "AR", "CL", "CO", "MX", "US"]),
        new("pt", "Português", ["BR", "PT"]),
        new("ja", "日本語", ["JP"]),
        new("ar", "العربية", []),
    ];

    /// <summary>What dates and numbers are written after.</summary>
    internal static IReadOnlyList<string> Cultures { get; } =
    [.. All.SelectMany(language => language.Countries.Select(country => $"{language.Code}-{country}").Prepend(language.Code))];

    /// <summary>The one that is being written in.</summary>
    public static Language Current => Find(CultureInfo.CurrentUICulture.Name) ?? All[0];

    /// <summary>Which way it runs, as HTML's <c>dir</c> has it.</summary>
    public static string Direction => IsRightToLeft ? "rtl" : "ltr";

    public static bool IsRightToLeft => CultureInfo.CurrentUICulture.TextInfo.IsRightToLeft;

    /// <param name="culture">A culture's name as browsers send it, for example <c>de-AT</c>.</param>
    /// <returns>Null where there is none of that name.</returns>
    public static Language? Find(string? culture) =>
        All.FirstOrDefault(language =>
            culture is not null
            && (culture == language.Code || culture.StartsWith(language.Code + "-", StringComparison.OrdinalIgnoreCase)));
}
