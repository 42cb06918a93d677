using System.Globalization;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;
using OneTimeJwt.Web.Data;
using Zxcvbn;
using Zxcvbn.Matcher;

namespace OneTimeJwt.Web.Accounts;

/// <summary>Length and guessability, each refusal with its reason; spaces and Unicode count as they are.</summary>
internal sealed class PasswordPolicy(IOptions<AccountsSettings> settings) : IPasswordValidator<Account>
{
    // The estimate takes milliseconds at this length and half a second at four times as much.
    private const int EstimatedLength = 64;

    // Three of four: withstands an attacker who has the hash.
    private const int NeededScore = 3;

    private const int LeastDistinct = 5;

    private const string Advice = "Add a few unrelated words.";

    private static readonly string[] SiteWords = ["onetimejwt", "one-time jwt", "one-time", "jwt"];

    public Task<IdentityResult> ValidateAsync(UserManager<Account> manager, Account user, string? password) =>
        Task.FromResult(Fault(user, password ?? "") is { } fault
            ? IdentityResult.Failed(new IdentityError { Code = "PasswordPolicy", Description = fault })
            : IdentityResult.Success);

    private string? Fault(Account user, string password)
    {
        var passwords = settings.Value.Passwords;
        var needed = passwords.MinimumFor(user);
        var length = new StringInfo(password).LengthInTextElements;
        if (length < needed)
            return string.Create(CultureInfo.InvariantCulture, $"Use at least {needed} characters; this has {length}.");
        if (password.Length > PasswordSettings.MaximumLength)
            return string.Create(CultureInfo.InvariantCulture, $"Use at most {PasswordSettings.MaximumLength} characters; this has {password.Length}.");

        if (password.EnumerateRunes().Distinct().Count() < LeastDistinct)
            return $"This repeats the same few characters, which is guessed quickly. {Advice}";

        var estimate = Zxcvbn.Zxcvbn.MatchPassword(password[..Math.Min(password.Length, EstimatedLength)], [.. SiteWords, .. Words(user)]);
        return estimate.Score < NeededScore ? $"{Weakness(estimate)} {Advice}" : null;
    }

    private static IEnumerable<string> Words(Account user) =>
        new[] { user.UserName, user.Email }
            .OfType<string>()
            .SelectMany(name => name.Split(['@', '.', '-', '_', '+']).Append(name))
            .Where(word => word.Length > 2)
            .Select(word => word.ToLowerInvariant());

    private static string Weakness(Result estimate)
    {
        var matches = estimate.MatchSequence;
        if (matches.OfType<DictionaryMatch>().Any(match => match.DictionaryName == "user_inputs"))
            return "This is built around your address or the name of this site, which is guessed first.";
        if (matches.OfType<DictionaryMatch>().FirstOrDefault(match => match.DictionaryName == "passwords") is { } known)
            return $"This is built around “{known.Token}”, which stands in lists of common passwords.";
        return matches.Any(match => match.Pattern is "repeat" or "sequence" or "spatial")
            ? "This repeats characters or follows the alphabet or the keyboard, which is guessed quickly."
            : "This is short of surprises and would be guessed quickly.";
    }
}
