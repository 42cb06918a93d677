using System.Collections.Frozen;
using Zxcvbn;
using Zxcvbn.Matcher;

namespace OneTimeJwt.Web.SignIn;

/// <summary>
/// What zxcvbn looks for, and what it does not know: words, alphabets and keyboards other than English ones. Made once:
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
