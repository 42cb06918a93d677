using System.Diagnostics;

namespace OneTimeJwt.Web.SignIn;

/// <summary>
/// Compares a typed password with stored hashes of any content. The time depends on what was typed and never on whether it is
/// right: where there is nothing to compare with, a decoy is used.
/// </summary>
public sealed class PasswordCheck(IPasswordHasher<Account> hasher, DecoyHash decoy, PasswordHashLimiter hashing)
{
    /// <param name="accounts">The accounts whose hashes to compare with; with none, the decoy.</param>
    /// <param name="typed">As it was typed.</param>
    /// <param name="cancellationToken">Ends the wait for a turn.</param>
    public async Task<List<PasswordVerificationResult>> CompareAsync(
        IReadOnlyList<Account> accounts,
        string typed,
        CancellationToken cancellationToken)
    {
        if (typed.Length > PasswordSettings.MaximumLength)
            return [.. accounts.Select(_ => PasswordVerificationResult.Failed)];

        Account?[] compared = accounts.Count == 0 ? [null] : [.. accounts];
        return await hashing.ForSignInAsync(() => compared.Select(account => Compare(account, typed)).ToList(), cancellationToken);
    }

    /// <summary>
    /// What a failed sign-in takes at least, so that the number of accounts of an address does not show in the time, nor a
    /// hash that costs more than new ones do.
    /// </summary>
    public TimeSpan MaxTime(string typed)
    {
        var (lately, usual) = (hashing.LongestRecent, decoy.Cost * Forms(typed).Count * AccountLookup.MaxAtSignIn);
        return lately > usual ? lately : usual;
    }

    // Keyboards differ in the Unicode form that they send, so NFC and NFD are tried as well.
    private PasswordVerificationResult Compare(Account? account, string typed)
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

/// <summary>The hash of a random password, at the cost and in the format of new ones.</summary>
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
