using System.Text.RegularExpressions;

namespace OneTimeJwt.Web.Tests.App;

/// <summary>What differs from answer to answer without saying anything.</summary>
internal static partial class Echoes
{
    public static string Mask(string body) => Random().Replace(body, "masked");

    public static string Antiforgery(string body) => Field().Match(body).Groups[1].Value;

    [GeneratedRegex("nonce=\"[^\"]+\"|name=\"__RequestVerificationToken\" value=\"[^\"]+\"")]
    private static partial Regex Random();

    [GeneratedRegex("name=\"__RequestVerificationToken\" value=\"([^\"]+)\"")]
    private static partial Regex Field();
}
