using System.Text;
using MimeKit;

namespace OneTimeJwt.Web.Mail;

/// <summary>Chooses how a part of a mail is encoded (RFC 2045, section 6).</summary>
internal static class MailPart
{
    private const int MaxSmtpLine = 998;

    public static TextPart Of(string subtype, string content)
    {
        var part = new TextPart(subtype) { Text = content.ReplaceLineEndings("\r\n") };
        var sevenBit = Ascii.IsValid(content) && content.Split('\n').All(line => line.Length < MaxSmtpLine);
        part.ContentTransferEncoding = sevenBit ? ContentEncoding.SevenBit : Shortest(content);
        // Quoted-printable folds at 76 columns, and not every reader of a link in plain text undoes that.
        if (!sevenBit && part.IsPlain && content.Contains("://", StringComparison.Ordinal))
            part.ContentTransferEncoding = ContentEncoding.Base64;
        return part;
    }

    // By what each adds: escapes and soft breaks, or four characters for three bytes; and both break their lines.
    private static ContentEncoding Shortest(string content)
    {
        var bytes = Encoding.UTF8.GetBytes(content);
        var escapes = bytes.Count(b => b is > (byte)'~' or (byte)'=');
        return escapes * 2 <= bytes.Length / 3 ? ContentEncoding.QuotedPrintable : ContentEncoding.Base64;
    }
}
