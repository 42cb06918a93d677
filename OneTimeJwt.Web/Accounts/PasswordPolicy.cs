using System.Globalization;
using Microsoft.AspNetCore.Identity;
using OneTimeJwt.Web.Data;
using OneTimeJwt.Web.Languages;
using OneTimeJwt.Web.Shell;
using Zxcvbn;
using Zxcvbn.Matcher;

namespace OneTimeJwt.Web.Accounts;

/// <summary>Length and guessability, each refusal with its reason; spaces and Unicode count as they are.</summary>
internal sealed class PasswordPolicy(PasswordLength length, Brand brand) : IPasswordValidator<Account>
{
    // The estimate takes milliseconds at this length and half a second at four times as much.
    private const int EstimatedLength = 64;

    // Three of four: withstands an attacker who has the hash.
    private const int NeededScore = 3;

    private const int LeastDistinct = 5;

    private readonly string[] _siteWords = [.. brand.Name.Split([' ', '-', '.'], StringSplitOptions.RemoveEmptyEntries).Append(brand.Name).Append(brand.Name.Replace(" ", "", StringComparison.Ordinal)).Select(word => word.ToLowerInvariant())];

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

        if (password.EnumerateRunes().Distinct().Count() < LeastDistinct)
            return Words.TooFewDifferent;

        var estimate = Zxcvbn.Zxcvbn.MatchPassword(password[..Math.Min(password.Length, EstimatedLength)], [.. _siteWords, .. NamesOf(user)]);
        return estimate.Score < NeededScore ? Weakness(estimate) : null;
    }

    private static IEnumerable<string> NamesOf(Account user) =>
        new[] { user.UserName, user.Email }
            .OfType<string>()
            .SelectMany(name => name.Split(['@', '.', '-', '_', '+']).Append(name))
            .Where(word => word.Length > 2)
            .Select(word => word.ToLowerInvariant());

    private static string Weakness(Result estimate)
    {
        var matches = estimate.MatchSequence;
        if (matches.OfType<DictionaryMatch>().Any(match => match.DictionaryName == "user_inputs"))
            return Words.BuiltAroundName;
        if (matches.OfType<DictionaryMatch>().FirstOrDefault(match => match.DictionaryName == "passwords") is { } known)
            return Words.BuiltAroundCommon.With(known.Token);
        return matches.Any(match => match.Pattern is "repeat" or "sequence" or "spatial")
            ? Words.BuiltOnPattern
            : Words.TooFewSurprises;
    }
}
