using System.Collections.Frozen;
using System.Text;
using Zxcvbn;
using Zxcvbn.Matcher;

namespace OneTimeJwt.Web.SignIn;

/// <summary>
/// What zxcvbn looks for, and what it has no notion of: words, alphabets and keyboards other than English ones. Made once:
/// its own factory reads all word lists again for each password.
/// </summary>
internal sealed class PasswordMatchers : IMatcherFactory
{
    public const string Passwords = "passwords";
    public const string UserInputs = "user_inputs";

    private readonly DictionaryMatcher _passwords = new(Passwords, "passwords.lst");
    private readonly DictionaryMatcher _common = new(
        Passwords,
        CommonPasswords.All.Select(PasswordText.Fold).Distinct(StringComparer.Ordinal));
    private readonly SpatialMatcher _spatial = new();
    private readonly OrderMatcher _orders = new();
    private readonly List<IMatcher> _always;

    public PasswordMatchers()
    {
        List<DictionaryMatcher> dictionaries =
        [
            _passwords,
            _common,
            new("english", "english.lst"),
            new("male_names", "male_names.lst"),
            new("female_names", "female_names.lst"),
            new("surnames", "surnames.lst"),
            new("us_tv_and_film", "us_tv_and_film.lst"),
        ];
        _always =
        [
            .. dictionaries,
            new L33tMatcher(dictionaries),
            new RepeatMatcher(),
            new SequenceMatcher(),
            new RegexMatcher(@"\d{3,}", 10, true, "digits"),
            new RegexMatcher(@"19\d\d|20[0-3]\d", 119, false, "year"),
            new DateMatcher(),
            _spatial,
            _orders,
            new AlphabetMatcher(),
            .. KeyboardLayouts.FromEnglish.Select(map => new SubstitutionMatcher(map, [_common])),
        ];
    }

    public IEnumerable<IMatcher> CreateMatchers(IEnumerable<string> userInputs)
    {
        var names = new DictionaryMatcher(UserInputs, userInputs);
        return
        [
            .. _always,
            names,
            new L33tMatcher(names),
            new SpacedMatcher([_passwords, _common, names, _orders]),
            .. KeyboardLayouts.ToEnglish.Select(map => new SubstitutionMatcher(map, [_passwords, _common, names, _spatial, _orders])),
            new SubstitutionMatcher(KeyboardLayouts.Lookalikes, [_passwords, _common, names]),
            .. KeyboardLayouts.FromEnglish.Select(map => new SubstitutionMatcher(map, [names])),
        ];
    }
}

/// <summary>Looks at the text with its characters replaced one by one, as typed on another keyboard.</summary>
internal sealed class SubstitutionMatcher(FrozenDictionary<char, char> map, IReadOnlyList<IMatcher> matchers) : IMatcher
{
    public IEnumerable<Match> MatchPassword(string password)
    {
        var lower = password.ToLowerInvariant();
        var substituted = string.Concat(lower.Select(character => map.GetValueOrDefault(character, character)));
        if (substituted == lower)
            return [];

        var matches = matchers.SelectMany(matcher => matcher.MatchPassword(substituted))
            .Where(match => lower.AsSpan(match.i, match.Token.Length).IndexOfAny(map.Keys.AsSpan()) >= 0)
            .ToList();
        foreach (var match in matches)
            match.Token = password.Substring(match.i, match.Token.Length);
        return matches;
    }
}

/// <summary>Looks at the letters and digits alone, for what is spaced out: "q w e r t y", "mot-de-passe".</summary>
internal sealed class SpacedMatcher(IReadOnlyList<IMatcher> matchers) : IMatcher
{
    // Shorter ones stand by chance across the words of a good passphrase.
    private const int MinLengthOfWords = 5;
    private const int MinLengthOfRuns = 4;

    private static readonly double BitsOfSeparators = Math.Log2(33);

    public IEnumerable<Match> MatchPassword(string password)
    {
        int[] places = [.. Enumerable.Range(0, password.Length).Where(i => char.IsLetterOrDigit(password[i]))];
        if (places.Length == password.Length)
            return [];

        var joined = string.Concat(places.Select(i => password[i]));
        var matches = matchers.SelectMany(matcher => matcher.MatchPassword(joined))
            .Where(match => match.Token.Length >= (match is DictionaryMatch ? MinLengthOfWords : MinLengthOfRuns))
            .Where(match => places[match.j] - places[match.i] > match.j - match.i)
            .ToList();
        foreach (var match in matches)
        {
            (match.i, match.j) = (places[match.i], places[match.j]);
            match.Token = password[match.i..(match.j + 1)];
            match.Entropy += BitsOfSeparators;
        }

        return matches;
    }
}

/// <summary>
/// Runs along an alphabet or a row of keys, forwards and backwards: in steps of one, and longer ones in steps of two and three.
/// </summary>
internal sealed class OrderMatcher : IMatcher
{
    private const int MinLength = 3;
    private const int MinLengthOfLeaps = 5;
    private const int MaxStep = 3;

    public IEnumerable<Match> MatchPassword(string password)
    {
        var lower = password.ToLowerInvariant();
        return [.. KeyboardLayouts.Orders.SelectMany(order => RunsAlong(order, lower, password))];
    }

    private static IEnumerable<Match> RunsAlong(string order, string lower, string password)
    {
        for (var start = 0; start < lower.Length - 1;)
        {
            var end = EndOfRun(order, lower, start, out var step);
            var length = end - start;
            if (length >= (Math.Abs(step) == 1 ? MinLength : MinLengthOfLeaps))
            {
                // Much as zxcvbn counts its own: where it begins, which way it goes, and how far.
                var first = order.IndexOf(lower[start], StringComparison.Ordinal);
                var bits = (first == 0 || first == order.Length - 1 ? 2 : Math.Log2(order.Length)) + Math.Log2(length);
                yield return new Match
                {
                    i = start,
                    j = end - 1,
                    Token = password[start..end],
                    Pattern = "sequence",
                    Entropy = bits + (step == 1 ? 0 : 1),
                };
            }

            start = Math.Max(end - 1, start + 1);
        }
    }

    private static int EndOfRun(string order, string text, int start, out int step)
    {
        step = 0;
        var end = start + 1;
        for (var at = order.IndexOf(text[start], StringComparison.Ordinal); at >= 0 && end < text.Length; end++)
        {
            var next = order.IndexOf(text[end], StringComparison.Ordinal);
            var taken = next - at;
            if (next < 0 || taken == 0 || Math.Abs(taken) > MaxStep || (step != 0 && taken != step))
                break;

            step = taken;
            at = next;
        }

        return end;
    }
}

/// <summary>
/// Counts letters by the size of their alphabet, where zxcvbn counts a hundred for whatever isn't ASCII and adds them to
/// the rest. Characters of which there are more, Chinese ones for example, stay at its count.
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
