using System.Text;
using MimeKit;

namespace OneTimeJwt.Web.Mail;

/// <summary>Chooses how a part of a mail is encoded (RFC 2045, section 6).</summary>
internal static class MailPart
{
    private const int MaxSmtpLine = 998;

    /// <param name="subtype">Of the media type text.</param>
    /// <param name="body">UTF-8, with the line endings of mails.</param>
    public static TextPart Of(string subtype, MemoryStream body)
    {
        var bytes = body.GetBuffer().AsSpan(0, (int)body.Length);
        body.Position = 0;
        var part = new TextPart(subtype) { Content = new MimeContent(body) };
        part.ContentType.Charset = "utf-8";
        var sevenBit = Ascii.IsValid(bytes) && HasShortLines(bytes);
        part.ContentTransferEncoding = sevenBit ? ContentEncoding.SevenBit : Shortest(bytes);
        // Quoted-printable folds at 76 columns, and not every reader of a link in plain text undoes that.
        if (!sevenBit && part.IsPlain && bytes.IndexOf("://"u8) >= 0)
            part.ContentTransferEncoding = ContentEncoding.Base64;
        return part;
    }

    private static bool HasShortLines(ReadOnlySpan<byte> bytes)
    {
        foreach (var line in bytes.Split("\r\n"u8))
        {
            if (line.End.Value - line.Start.Value >= MaxSmtpLine)
                return false;
        }

        return true;
    }

    // By what each adds: escapes and soft breaks, or four characters for three bytes; and both break their lines.
    private static ContentEncoding Shortest(ReadOnlySpan<byte> bytes)
    {
        var escapes = 0;
        foreach (var b in bytes)
            escapes += b is > (byte)'~' or (byte)'=' ? 1 : 0;
        return escapes * 2 <= bytes.Length / 3 ? ContentEncoding.QuotedPrintable : ContentEncoding.Base64;
    }
}
