using System.Text;
using MimeKit;
using MimeKit.IO;

namespace OneTimeJwt.Web.Mail;

/// <summary>Chooses how a part of a mail is encoded (RFC 2045, section 6).</summary>
internal static class MailPart
{
    private const int MaxSmtpLine = 998;

    public static TextPart Of(string subtype, string content)
    {
        var part = new TextPart(subtype) { Text = content.ReplaceLineEndings("\r\n") };
        var sevenBit = Ascii.IsValid(content) && content.Split('\n').All(line => line.Length < MaxSmtpLine);
        part.ContentTransferEncoding = sevenBit ? ContentEncoding.SevenBit : Shortest(part);
        // Quoted-printable folds at 76 columns, and not every reader of a link in plain text undoes that.
        if (!sevenBit && part.IsPlain && content.Contains("://", StringComparison.Ordinal))
            part.ContentTransferEncoding = ContentEncoding.Base64;
        return part;
    }

    private static ContentEncoding Shortest(TextPart part) =>
        Length(part, ContentEncoding.QuotedPrintable) <= Length(part, ContentEncoding.Base64)
            ? ContentEncoding.QuotedPrintable
            : ContentEncoding.Base64;

    private static long Length(TextPart part, ContentEncoding encoding)
    {
        part.ContentTransferEncoding = encoding;
        using var measure = new MeasuringStream();
        part.WriteTo(measure, contentOnly: true);
        return measure.Length;
    }
}
