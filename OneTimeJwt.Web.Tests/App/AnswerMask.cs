using System.Text.Encodings.Web;
using System.Text.RegularExpressions;

namespace OneTimeJwt.Web.Tests.App;

/// <summary>What differs from answer to answer without saying anything.</summary>
internal static partial class AnswerMask
{
    public static string Mask(string body) => Random().Replace(body, "masked");

    /// <summary>Status, location, headers and body: equal where an answer tells nothing.</summary>
    /// <param name="answer">What came back.</param>
    /// <param name="typed">What was filled in, which the page may show again.</param>
    public static string Class(Answer answer, string typed)
    {
        var headers = answer
            .Headers.Where(header => header.Key != "Date")
            .OrderBy(header => header.Key, StringComparer.Ordinal)
            .Select(header => $"{header.Key}: {header.Value}");
        return Mask(
            $"{(int)answer.Status} {answer.Location}\n{string.Join('\n', headers)}\n{answer.Body}"
                .Replace(WebUtility.HtmlEncode(typed), "typed", StringComparison.Ordinal)
                .Replace(HtmlEncoder.Default.Encode(typed), "typed", StringComparison.Ordinal));
    }

    /// <summary>The proof that a page's form is the site's.</summary>
    public static string Antiforgery(string body)
    {
        var field = Field().Match(body);
        Assert.True(field.Success, $"The page has no form: {body}");
        return field.Groups[1].Value;
    }

    [GeneratedRegex("'nonce-[^']+'|nonce=\"[^\"]+\"|name=\"__RequestVerificationToken\" value=\"[^\"]+\"")]
    private static partial Regex Random();

    [GeneratedRegex("name=\"__RequestVerificationToken\" value=\"([^\"]+)\"")]
    private static partial Regex Field();
}
