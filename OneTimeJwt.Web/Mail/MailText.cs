namespace OneTimeJwt.Web.Mail;

/// <summary>Writes the text part of a mail: wrapped paragraphs; a link or a code is alone on its line and not wrapped.</summary>
internal static class MailText
{
    public static void Write(TextWriter text, MailContent content, string? contact)
    {
        var paragraphs = content.Before.Append(content.About).Select(Lines)
            .Append(content.Code?.Value)
            .Append(content.Link is { } link ? Lines(Words.MailLabel.With(link.Label)) : null)
            .Append(content.Link?.Url)
            .Concat(content.After.Select(Lines))
            .Append(contact is null ? null : Lines(Words.NeedHelp.With(contact)));
        text.Write(string.Join("\n\n", paragraphs.OfType<string>()));
        text.Write('\n');
    }

    private static string? Lines(string? paragraph) =>
        paragraph is null ? null : string.Join('\n', TextLines.Wrap(paragraph, Language.IsRightToLeft));
}
