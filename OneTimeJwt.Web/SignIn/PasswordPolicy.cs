using System.Globalization;
using Zxcvbn;
using Zxcvbn.Matcher;

namespace OneTimeJwt.Web.SignIn;

/// <summary>
/// Length and guessability, each refusal with its reason. Spaces and Unicode count as they are, parts that repeat count once.
/// </summary>
internal sealed class PasswordPolicy(PasswordLength length, Brand brand) : IPasswordValidator<Account>
{
    // The estimate takes milliseconds at this length and half a second at four times as much.
    private const int EstimatedLength = 64;

    // Three of four: withstands an attacker who has the hash.
    private const int NeededScore = 3;

    private const int MinDistinct = 5;

    // A third: four characters of fifteen repeat by chance.
    private const int RepeatedShare = 3;

    private static readonly Zxcvbn.Zxcvbn Estimator = new(new PasswordMatchers());

    private readonly string[] _siteWords = [.. PasswordText.WordsOf(brand.Name)];

    public async Task<IdentityResult> ValidateAsync(UserManager<Account> manager, Account user, string? password) =>
        Fault(user, password ?? "", await length.MinimumAsync(manager, user)) is { } fault
            ? IdentityResult.Failed(new IdentityError { Code = "PasswordPolicy", Description = fault })
            : IdentityResult.Success;

    private string? Fault(Account user, string password, int needed)
    {
        var length = new StringInfo(password).LengthInTextElements;
        if (length < needed)
            return Words.TooShort.With(needed, length);
        if (password.Length > PasswordSettings.MaximumLength)
            return Words.TooLongPassword.With(PasswordSettings.MaximumLength, password.Length);

        var folded = PasswordText.Fold(password);
        if (new[] { password, folded }.Any(text => text.EnumerateRunes().Distinct().Count() < MinDistinct))
            return Words.TooFewDifferent;

        var estimate = Estimate(folded, [.. _siteWords, .. NamesOf(user)]);
        var isWeak = estimate.Score < NeededScore;
        if (isWeak && KnownWord(estimate) is { } known)
            return known;

        var once = Count(PasswordText.WithoutRepeats(folded));
        if (once < needed && IsRepetitive(length, once))
            return Words.RepeatsItself.With(needed, once);

        return !isWeak ? null
            : estimate.MatchSequence.Any(match => match.Pattern is "repeat" or "sequence" or "spatial") ? Words.BuiltOnPattern
            : Words.TooFewSurprises;
    }

    // The weaker of the two: leaving out what repeats may break a word that zxcvbn knows.
    private static Result Estimate(string folded, string[] names)
    {
        var start = folded[..Math.Min(folded.Length, EstimatedLength)];
        var estimate = Estimator.EvaluatePassword(start, names);
        var once = PasswordText.WithoutRepeats(start);
        return
            IsRepetitive(Count(start), Count(once))
            && Estimator.EvaluatePassword(once, names) is { } other
            && other.Entropy < estimate.Entropy
            ? other
            : estimate;
    }

    private static bool IsRepetitive(int length, int once) => (length - once) * RepeatedShare >= length;

    private static int Count(string text) => text.EnumerateRunes().Count();

    private static IEnumerable<string> NamesOf(Account user) =>
        new[] { user.UserName, user.Email }.OfType<string>().SelectMany(AddressForms.Of).SelectMany(PasswordText.WordsOf);

    private static string? KnownWord(Result estimate)
    {
        var words = estimate.MatchSequence.OfType<DictionaryMatch>().ToList();
        return words.Exists(word => word.DictionaryName == PasswordMatchers.UserInputs) ? Words.BuiltAroundName
            : words.Find(word => word.DictionaryName == PasswordMatchers.Passwords) is { } known
                ? Words.BuiltAroundCommon.With(known.Token)
            : null;
    }
}
