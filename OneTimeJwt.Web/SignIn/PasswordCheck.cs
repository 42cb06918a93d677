using System.Diagnostics;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;
using OneTimeJwt.Web.Accounts;
using OneTimeJwt.Web.Database;

namespace OneTimeJwt.Web.SignIn;

/// <summary>
/// Compares a typed password with stored hashes, whatever stands in that column. How much work that is depends on what
/// was typed and never on whether it is right: where there is nothing to compare with, a decoy is taken.
/// </summary>
public sealed class PasswordCheck(IPasswordHasher<Account> hasher, DecoyHash decoy)
{
    /// <param name="account">Whose hash; null where there is no account.</param>
    /// <param name="typed">As it was typed. Keyboards differ in the Unicode form that they send, so NFC and NFD are tried as well.</param>
    public PasswordVerificationResult Check(Account? account, string typed)
    {
        var hash = account?.PasswordHash is { } stored && HashFormats.Of(stored) != HashFormat.Other ? stored : null;
        var result = PasswordVerificationResult.Failed;
        foreach (var form in Forms(typed))
        {
            var start = Stopwatch.GetTimestamp();
            var outcome = hasher.VerifyHashedPassword(account ?? DecoyHash.Nobody, hash ?? decoy.Value, form);
            if (hash is null)
                decoy.Took(Stopwatch.GetElapsedTime(start));
            else if (result == PasswordVerificationResult.Failed)
                result = outcome;
        }

        return result;
    }

    /// <summary>How long a check of so many accounts takes that costs what a new hash costs.</summary>
    public TimeSpan TypicalTime(string typed, int accounts) => decoy.Cost * Forms(typed).Count * accounts;

    private static List<string> Forms(string typed)
    {
        if (System.Text.Ascii.IsValid(typed))
            return [typed];

        try
        {
            return
            [
                .. new[]
                {
                    typed,
                    typed.Normalize(System.Text.NormalizationForm.FormC),
                    typed.Normalize(System.Text.NormalizationForm.FormD),
                }.Distinct(StringComparer.Ordinal),
            ];
        }
        catch (ArgumentException)
        {
            // Unpaired surrogates and noncharacters have no other form.
            return [typed];
        }
    }
}

/// <summary>The hash of a password that nobody knows, at the cost and in the format of new ones.</summary>
public sealed class DecoyHash(IOptions<PasswordHasherOptions> options)
{
    internal static readonly Account Nobody = new();

    private readonly Lazy<(string Hash, TimeSpan Cost)> _made = new(() => Make(options));
    private long _leastTicks = long.MaxValue;

    public string Value => _made.Value.Hash;

    /// <summary>The shortest time that one hash has taken.</summary>
    public TimeSpan Cost => TimeSpan.FromTicks(Math.Min(_made.Value.Cost.Ticks, Interlocked.Read(ref _leastTicks)));

    internal void Took(TimeSpan time)
    {
        if (time.Ticks < Interlocked.Read(ref _leastTicks))
            Interlocked.Exchange(ref _leastTicks, time.Ticks);
    }

    private static (string Hash, TimeSpan Cost) Make(IOptions<PasswordHasherOptions> options)
    {
        var start = Stopwatch.GetTimestamp();
        var hash = new PasswordHasher<Account>(options).HashPassword(Nobody, Guid.NewGuid().ToString());
        return (hash, Stopwatch.GetElapsedTime(start));
    }
}
