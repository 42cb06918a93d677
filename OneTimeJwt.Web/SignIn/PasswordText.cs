using System.Globalization;
using System.Text;

namespace OneTimeJwt.Web.SignIn;

/// <summary>
/// A password as a guesser reads it: one width, one form, without marks, and each part once. Only for the estimate of
/// its strength; what is hashed stays as it was typed. Text in ASCII is left as it is.
/// </summary>
internal static class PasswordText
{
    private const char Tatweel = '\u0640';

    // Letters with a mark that have a key, and a place in the alphabet, of their own.
    private const string Indivisible = "йЙئؤ";

    private const int MinRepeat = 4;
    private const int MinRepeatedWord = 3;
    private const int MinRepeatInsideWords = 6;

    private enum Kind
    {
        Other,
        Letter,
        Digit,
        Han,
        Kana,
    }

    /// <summary>
    /// Compatibility forms as plain ones (NFKC, Unicode Standard Annex 15), katakana as hiragana, the digits of every
    /// script as ASCII, every space as one; marks, tatweel and invisible characters left out.
    /// </summary>
    public static string Fold(string text)
    {
        if (Ascii.IsValid(text))
            return text;

        var folded = new StringBuilder(text.Length);
        foreach (var rune in WithoutNoncharacters(text).Normalize(NormalizationForm.FormKC).EnumerateRunes())
        {
            if (rune.IsBmp && Indivisible.Contains((char)rune.Value, StringComparison.Ordinal))
                folded.Append(rune);
            else
                AppendPlain(folded, rune.ToString().Normalize(NormalizationForm.FormD));
        }

        // Hangul, which comes apart with the marks.
        return folded.ToString().Normalize(NormalizationForm.FormC);
    }

    /// <summary>
    /// The text without the parts that stand in it before, and without the separators ahead of those.
    /// </summary>
    public static string WithoutRepeats(string folded)
    {
        Rune[] runes = [.. folded.EnumerateRunes().Take(PasswordSettings.MaximumLength)];
        Rune[] lower = [.. runes.Select(Rune.ToLowerInvariant)];
        var starts = WordStarts(runes);
        var once = new StringBuilder(folded.Length);
        var follows = false;
        for (var i = 0; i < runes.Length;)
        {
            var repeated = RepeatedAt(lower, starts, i);
            if (repeated == 0)
                once.Append(runes[i]);
            else if (follows && IsSeparator(once[^1]))
                once.Length--;
            follows = repeated == 0;
            i += Math.Max(repeated, 1);
        }

        return once.ToString();
    }

    /// <summary>The words of a name or address, folded and in lower case, and all of it without what stands between them.</summary>
    public static IEnumerable<string> WordsOf(string name)
    {
        var folded = Fold(name).ToLowerInvariant();
        var words = new string([.. folded.Select(character => char.IsLetterOrDigit(character) ? character : ' ')])
            .Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return words.Where(IsTelling).Append(folded).Append(string.Concat(words)).Where(word => word.Length > 1).Distinct();
    }

    // Two characters are a whole name in Chinese and Japanese.
    private static bool IsTelling(string word) => word.Length > (KindOf(Rune.GetRuneAt(word, 0)) is Kind.Han or Kind.Kana ? 1 : 2);

    private static bool IsSeparator(char character) =>
        char.IsWhiteSpace(character) || char.IsPunctuation(character) || char.IsSymbol(character);

    // These have no normal form.
    private static string WithoutNoncharacters(string text)
    {
        var kept = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes())
        {
            if (rune.Value is not (>= 0xFDD0 and <= 0xFDEF) && (rune.Value & 0xFFFE) != 0xFFFE)
                kept.Append(rune);
        }

        return kept.ToString();
    }

    private static void AppendPlain(StringBuilder folded, string decomposed)
    {
        foreach (var rune in decomposed.EnumerateRunes())
        {
            _ = (rune.Value, Rune.GetUnicodeCategory(rune)) switch
            {
                (_, UnicodeCategory.NonSpacingMark or UnicodeCategory.EnclosingMark or UnicodeCategory.Format) or (Tatweel, _) => folded,
                (_, UnicodeCategory.SpaceSeparator) => folded.Append(' '),
                (_, UnicodeCategory.DecimalDigitNumber) => folded.Append((char)('0' + (int)Rune.GetNumericValue(rune))),
                (var value, _) when value is >= 'ァ' and <= 'ヶ' => folded.Append((char)(value - 'ァ' + 'ぁ')),
                ('ß', _) => folded.Append("ss"),
                ('œ' or 'Œ', _) => folded.Append("oe"),
                ('æ' or 'Æ', _) => folded.Append("ae"),
                ('ø' or 'Ø', _) => folded.Append('o'),
                ('ł' or 'Ł', _) => folded.Append('l'),
                ('đ' or 'Đ', _) => folded.Append('d'),
                _ => folded.Append(rune),
            };
        }
    }

    private static bool[] WordStarts(Rune[] runes)
    {
        // The end counts as one.
        var starts = new bool[runes.Length + 1];
        starts[0] = starts[^1] = true;
        for (var i = 1; i < runes.Length; i++)
            starts[i] = KindOf(runes[i]) != KindOf(runes[i - 1]) || (Rune.IsUpper(runes[i]) && Rune.IsLower(runes[i - 1]));
        return starts;
    }

    // Words that rhyme share an end and repeat nothing. Other parts repeat also inside words, where they are long enough.
    private static int RepeatedAt(Rune[] text, bool[] starts, int at)
    {
        var longest = 0;
        for (var from = 0; from < at; from++)
        {
            var length = 0;
            while (at + length < text.Length && text[from + length] == text[at + length])
                length++;

            var needed = (starts[from], starts[at], starts[from + length] && starts[at + length]) switch
            {
                _ when from + length >= at => MinRepeatedWord,
                (true, true, true) => MinRepeatedWord,
                (true, _, _) or (_, true, _) => MinRepeat,
                (_, _, true) => int.MaxValue,
                _ => MinRepeatInsideWords,
            };
            if (length >= needed && length > longest)
                longest = length;
        }

        return longest;
    }

    private static Kind KindOf(Rune rune) => rune.Value switch
    {
        (>= 'ぁ' and <= 'ゖ') or (>= 'ァ' and <= 'ヺ') or 'ー' => Kind.Kana,
        >= 0x3400 and <= 0x9FFF or (>= 0x20000 and <= 0x3FFFF) or '々' => Kind.Han,
        _ when Rune.IsLetter(rune) => Kind.Letter,
        _ when Rune.IsDigit(rune) => Kind.Digit,
        _ => Kind.Other,
    };
}
