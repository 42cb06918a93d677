using System.Text;
using MimeKit;

namespace OneTimeJwt.Web.Mail;

/// <summary>
/// Non-ASCII headers, in encoded words of at most 75 characters on lines of at most 76 (RFC 2047, section 2). MimeKit 4.18 counts
/// characters and not bytes when it folds, and writes words of more than a hundred.
/// </summary>
internal static class EncodedWords
{
    private const int MaxLineLength = 76;
    private const string Open = "=?utf-8?b?";
    private const string Close = "?=";

    public static void Write(MimeMessage message)
    {
        if (message.Subject is { } subject && !Ascii.IsValid(subject))
            Set(message, HeaderId.Subject, Encode(subject, "Subject: ".Length));
        if (message.From.Mailboxes.Single() is { Name: { } name } from && !Ascii.IsValid(name))
            Set(message, HeaderId.From, $"{Encode(name, "From: ".Length)}\r\n <{from.GetAddress(idnEncode: true)}>");
    }

    private static void Set(MimeMessage message, HeaderId id, string value)
    {
        var header = message.Headers.First(header => header.Id == id);
        header.SetRawValue(Encoding.ASCII.GetBytes($" {value}\r\n"));
    }

    // A character is never split between words (section 5).
    private static string Encode(string text, int used)
    {
        var words = new StringBuilder();
        var word = new List<byte>();
        foreach (var rune in text.EnumerateRunes())
        {
            var bytes = Encoding.UTF8.GetBytes(rune.ToString());
            var max = (MaxLineLength - Math.Max(used, 1) - Open.Length - Close.Length) / 4 * 3;
            if (word.Count + bytes.Length > max)
            {
                words.Append(Open).Append(Convert.ToBase64String([.. word])).Append(Close).Append("\r\n ");
                word.Clear();
                used = 0;
            }

            word.AddRange(bytes);
        }

        return words.Append(Open).Append(Convert.ToBase64String([.. word])).Append(Close).ToString();
    }
}
