using System.Text;
using Zxcvbn;
using Zxcvbn.Matcher;

namespace OneTimeJwt.Web.SignIn;

/// <summary>
/// Counts letters by the size of their alphabet, where zxcvbn counts a hundred for all that isn't ASCII and adds them to
/// the rest. Larger scripts, Chinese for example, keep that count.
/// </summary>
internal sealed class AlphabetMatcher : IMatcher
{
    private static readonly (char First, char Last, int Size)[] Alphabets =
    [
        ('\0', '\x1f', 33),
        (' ', '/', 33),
        ('0', '9', 10),
        (':', '@', 33),
        ('A', 'Z', 26),
        ('[', '`', 33),
        ('a', 'z', 26),
        ('{', '\x7f', 33),
        ('\u0370', '\u03ff', 24),
        ('\u0400', '\u052f', 33),
        ('\u0590', '\u05ff', 22),
        ('\u0600', '\u06ff', 36),
        ('\u3041', '\u30ff', 50),
    ];

    public IEnumerable<Match> MatchPassword(string password) => Ascii.IsValid(password)
        ? []
        : [.. password.Select((character, i) => (Size: SizeOf(character), i)).Where(letter => letter.Size > 0).Select(letter => new Match
        {
            i = letter.i,
            j = letter.i,
            Token = password.Substring(letter.i, 1),
            Pattern = "bruteforce",
            Cardinality = letter.Size,
            Entropy = Math.Log2(letter.Size),
        })];

    private static int SizeOf(char character) =>
        Alphabets.FirstOrDefault(alphabet => alphabet.First <= character && character <= alphabet.Last).Size;
}
