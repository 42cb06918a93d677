using System.Globalization;

namespace OneTimeJwt.Web.Admin;

/// <summary>Text that the database keeps, in English: its readers may use another language than the user who caused it.</summary>
internal static class InvariantText
{
    public static string InEnglish(Func<string> words)
    {
        var (culture, language) = (CultureInfo.CurrentCulture, CultureInfo.CurrentUICulture);
        try
        {
            CultureInfo.CurrentCulture = CultureInfo.CurrentUICulture = CultureInfo.InvariantCulture;
            return words();
        }
        finally
        {
            (CultureInfo.CurrentCulture, CultureInfo.CurrentUICulture) = (culture, language);
        }
    }
}
