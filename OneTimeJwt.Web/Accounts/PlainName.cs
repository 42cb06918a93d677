using System.Globalization;
using System.Text;

namespace OneTimeJwt.Web.Accounts;

/// <summary>A name that a user chose, made fit for one line of a page or a mail.</summary>
internal static class PlainName
{
    private const int Longest = 100;
    private const int MaxUnknownLength = 64;

    // They join letters of Arabic and Indic scripts, and emoji.
    private const int NonJoiner = 0x200C;
    private const int Joiner = 0x200D;

    /// <summary>The name of a user who has not proven the address: one word that mail programs make no link of.</summary>
    public static string? OfStranger(string? name) =>
        Of(name) is { Length: <= MaxUnknownLength } plain
        && plain.EnumerateRunes().All(rune => Rune.IsLetterOrDigit(rune) || rune.Value is '-' or '_')
            ? plain
            : null;

    /// <returns>Without line breaks, control characters and marks of direction, and cut; null where nothing is left,
    /// or what mail programs make a link of.</returns>
    public static string? Of(string? name)
    {
        var line = new StringBuilder();
        foreach (var rune in (name ?? "").EnumerateRunes())
        {
            if (Rune.IsWhiteSpace(rune) || Rune.IsControl(rune))
                line.Append(' ');
            else if (Rune.GetUnicodeCategory(rune) != UnicodeCategory.Format || rune.Value is NonJoiner or Joiner)
                line.Append(rune);
        }

        var plain = string.Join(' ', line.ToString().Split(' ', StringSplitOptions.RemoveEmptyEntries));
        if (
            plain.Length == 0
            || plain.Contains("://", StringComparison.Ordinal)
            || plain.StartsWith("www.", StringComparison.OrdinalIgnoreCase))
            return null;

        var elements = new StringInfo(plain);
        return elements.LengthInTextElements <= Longest ? plain : elements.SubstringByTextElements(0, Longest - 1) + "…";
    }
}
