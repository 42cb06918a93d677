using System.Globalization;

namespace OneTimeJwt.Web.Languages;

/// <summary>A language that pages and mails come in.</summary>
/// <param name="Code">Its two letters (ISO 639-1).</param>
/// <param name="Name">What its own speakers call it.</param>
public sealed record Language(string Code, string Name)
{
    // English is what Words.resx is written in. Where people of one language write dates in another way, their country counts.
    private static readonly (string Code, string Name, string[] Countries)[] Known =
    [
        ("en", "English", ["US", "GB", "AU", "CA", "IE", "IN", "NZ", "ZA"]),
        ("de", "Deutsch", ["DE", "AT", "CH"]),
        ("fr", "Français", ["FR", "BE", "CA", "CH"]),
        ("es", "Español", ["ES", "AR", "CL", "CO", "MX", "US"]),
        ("pt", "Português", ["BR", "PT"]),
        ("ja", "日本語", ["JP"]),
        ("ar", "العربية", []),
    ];

    public static IReadOnlyList<Language> All { get; } = [.. Known.Select(language => new Language(language.Code, language.Name))];

    /// <summary>What dates and numbers are written after.</summary>
    internal static IReadOnlyList<string> Cultures { get; } =
    [.. Known.SelectMany(language => language.Countries.Select(country => $"{language.Code}-{country}").Prepend(language.Code))];

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
