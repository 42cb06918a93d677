using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Wcwidth;

namespace OneTimeJwt.Web.Mail;

/// <summary>Breaks paragraphs of plain text into lines, by the columns that a terminal shows them in (RFC 3676,
/// section 4.2: at most 78).</summary>
internal static partial class TextLines
{
    private const int Width = 76;

    // Hangul; what comes before it has one column or none.
    private const char FirstWide = '\u1100';
    private const char RightToLeft = '\u2067';
    private const char End = '\u2069';

    // The main rules of Japanese line breaking (JIS X 4051): characters that don't begin a line, and those that don't end one.
    private const string NeverFirst = "、。，．・：；！？）」』】〉》〕］｝ー々ぁぃぅぇぉっゃゅょゎァィゥェォッャュョヮヵヶ…‥”’";
    private const string NeverLast = "（「『【〈《〔［｛“‘";

    /// <param name="paragraph">White space of any kind separates words, but for no-break spaces.</param>
    /// <param name="rightToLeft">Whether isolates set each line's base direction, which programs guess in plain text (UAX #9,
    /// section 2.4).</param>
    public static IReadOnlyList<string> Wrap(string paragraph, bool rightToLeft)
    {
        var lines = new List<string>();
        var (line, width) = (new StringBuilder(), 0);
        foreach (var word in Space().EnumerateSplits(paragraph))
        {
            var text = paragraph[word];
            var spaced = true;
            foreach (var piece in IsWhole(text) ? [text] : Parts(text))
            {
                Add(piece, spaced);
                spaced = false;
            }
        }

        lines.Add(line.ToString());
        return rightToLeft ? Isolated(lines) : lines;

        void Add(string piece, bool spaced)
        {
            var gap = spaced && line.Length > 0 && piece.Length > 0 ? " " : "";
            var columns = Columns(piece);
            if (line.Length > 0 && width + gap.Length + columns > Width)
            {
                lines.Add(line.ToString());
                (gap, width) = ("", 0);
                line.Clear();
            }

            line.Append(gap).Append(piece);
            width += gap.Length + columns;
        }
    }

    /// <summary>A text's width in columns: East Asian wide characters have two, marks and isolates none (UAX #11).</summary>
    public static int Columns(string text)
    {
        if (!text.AsSpan().ContainsAnyExceptInRange(' ', '~'))
            return text.Length;

        var columns = 0;
        foreach (var rune in text.EnumerateRunes())
            columns += Math.Max(0, UnicodeCalculator.GetWidth(rune));
        return columns;
    }

    private static bool IsAddress(string word) => word.Contains("://", StringComparison.Ordinal);

    private static bool IsWhole(string word) =>
        !word.AsSpan().ContainsAnyInRange(FirstWide, char.MaxValue) && (word.Length <= Width || IsAddress(word));

    // The pieces between possible line breaks.
    private static IEnumerable<string> Parts(string word)
    {
        var address = IsAddress(word);
        var (piece, before) = (new StringBuilder(), "");
        var columns = 0;
        for (var elements = StringInfo.GetTextElementEnumerator(word); elements.MoveNext();)
        {
            var element = elements.GetTextElement();
            var wide = Columns(element);
            var mayBreak =
                (IsWide(before) || IsWide(element))
                && !NeverFirst.Contains(element[0], StringComparison.Ordinal)
                && !(before.Length > 0 && NeverLast.Contains(before[^1], StringComparison.Ordinal));
            if (piece.Length > 0 && (mayBreak || (!address && columns + wide > Width)))
            {
                yield return piece.ToString();
                piece.Clear();
                columns = 0;
            }

            piece.Append(element);
            columns += wide;
            before = element;
        }

        if (piece.Length > 0)
            yield return piece.ToString();
    }

    private static bool IsWide(string element) => element.Length > 0 && Columns(element) == 2;

    // A line's end also ends isolates: those that continue are opened again.
    private static List<string> Isolated(List<string> lines)
    {
        var isolated = new List<string>();
        var open = new Stack<char>();
        foreach (var line in lines)
        {
            var start = string.Concat(open.Reverse());
            foreach (var c in line)
            {
                if (c is >= '\u2066' and <= '\u2068')
                    open.Push(c);
                else if (c == End)
                    open.TryPop(out _);
            }

            isolated.Add($"{RightToLeft}{start}{line}{new string(End, open.Count + 1)}");
        }

        return isolated;
    }

    [GeneratedRegex(@"[^\S\u00a0\u202f]+")]
    private static partial Regex Space();
}
