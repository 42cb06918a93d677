using System.Globalization;

namespace OneTimeJwt.Web.Admin;

/// <summary>Words that the database keeps. Whoever reads them may read another language than whoever caused them, so
/// they are English.</summary>
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
