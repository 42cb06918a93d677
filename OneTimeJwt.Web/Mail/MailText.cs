using OneTimeJwt.Web.Languages;

namespace OneTimeJwt.Web.Mail;

/// <summary>Writes the text part of a mail: paragraphs of short lines; a link or a code is alone on its line and never wrapped.</summary>
internal static class MailText
{
    public static string Write(MailContent letter, string? contact)
    {
        var paragraphs = letter.Before.Append(letter.About).Select(Lines)
            .Append(letter.Code?.Value)
            .Append(letter.Link is { } link ? Lines(Words.MailLabel.With(link.Label)) : null)
            .Append(letter.Link?.Url)
            .Concat(letter.After.Select(Lines))
            .Append(contact is null ? null : Lines(Words.NeedHelp.With(contact)));
        return string.Join("\n\n", paragraphs.OfType<string>()) + "\n";
    }

    private static string? Lines(string? paragraph) =>
        paragraph is null ? null : string.Join('\n', TextLines.Wrap(paragraph, Language.IsRightToLeft));
}
