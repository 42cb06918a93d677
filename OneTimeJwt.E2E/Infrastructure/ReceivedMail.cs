using System.Text.RegularExpressions;
using MimeKit;

namespace OneTimeJwt.E2E.Infrastructure;

/// <summary>A mail as its reader has it.</summary>
public sealed partial class ReceivedMail(MimeMessage message)
{
    public string Text => message.TextBody ?? "";

    /// <summary>As people read it.</summary>
    public string Letter => $"From: {message.From}\nTo: {message.To}\nDate: {message.Date:u}\nSubject: {message.Subject}\n\n{Text}";

    /// <summary>The one link: alone on a line of the text part, and the same in the HTML part.</summary>
    public string Link
    {
        get
        {
            var inText = Assert.Single(Text.ReplaceLineEndings("\n").Split('\n'), line => line.Contains("://", StringComparison.Ordinal));
            Assert.Matches(@"^https?://\S+$", inText);
            var inHtml = Assert.Single(Href().Matches(message.HtmlBody ?? "").Select(link => link.Groups[1].Value).Distinct());
            Assert.Equal(inText, WebUtility.HtmlDecode(inHtml));
            return inText;
        }
    }

    /// <summary>The one code: alone on a line of the text part, and the same in the HTML part.</summary>
    public string Code
    {
        get
        {
            var inText = Assert.Single(Digits().Matches(Text.ReplaceLineEndings("\n"))).Value;
            Assert.Equal(inText, Assert.Single(DigitsInMarkup().Matches(message.HtmlBody ?? "")).Groups[1].Value);
            return inText;
        }
    }

    [GeneratedRegex(@"^\d{6}$", RegexOptions.Multiline)]
    private static partial Regex Digits();

    [GeneratedRegex(@">(\d{6})<")]
    private static partial Regex DigitsInMarkup();

    [GeneratedRegex("(?:href|src)=\"([^\"]*)\"")]
    private static partial Regex Href();
}
