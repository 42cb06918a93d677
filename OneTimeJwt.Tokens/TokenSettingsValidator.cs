using System.Text.RegularExpressions;
using Microsoft.Extensions.Options;

namespace OneTimeJwt.Tokens;

internal sealed partial class TokenSettingsValidator : IValidateOptions<TokenSettings>
{
    private const int MinimumSecretBytes = 32;
    private const int MinimumDistinctBytes = 8;
    private const string HowToMake = "make one with: openssl rand -base64 32";
    private static readonly TimeSpan Shortest = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Longest = TimeSpan.FromDays(7);

    public ValidateOptionsResult Validate(string? name, TokenSettings options)
    {
        var faults = Secrets(options.Secrets)
            .Concat(Lifetime("Reset", options.Lifetimes.Reset))
            .Concat(Lifetime("ResetByAdmin", options.Lifetimes.ResetByAdmin))
            .Concat(Lifetime("Invite", options.Lifetimes.Invite))
            .Concat(Lifetime("Confirm", options.Lifetimes.Confirm))
            .Concat(Lifetime("Change", options.Lifetimes.Change))
            .Concat(Lifetime("Secure", options.Lifetimes.Secure))
            .ToList();
        return faults.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(faults);
    }

    private static IEnumerable<string> Secrets(List<ServerSecretSettings> secrets)
    {
        if (secrets.Count == 0)
            yield return $"Tokens:Secrets:0 is missing: set Tokens:Secrets:0:Id and Tokens:Secrets:0:Value ({HowToMake})";

        for (var i = 0; i < secrets.Count; i++)
        {
            var key = $"Tokens:Secrets:{i}";
            if (!KeyId().IsMatch(secrets[i].Id ?? ""))
                yield return $"{key}:Id has to be one to eight letters, digits, '-' or '_', for example 2026a";
            else if (secrets.Take(i).Any(earlier => earlier.Id == secrets[i].Id))
                yield return $"{key}:Id repeats an earlier one: give every secret an id of its own";

            var fault = ValueFault(secrets[i].Value);
            if (fault is not null)
                yield return $"{key}:Value {fault}: {HowToMake}";
            else if (secrets.Take(i).Any(earlier => earlier.Value == secrets[i].Value))
                yield return $"{key}:Value repeats an earlier one: {HowToMake}";
        }
    }

    private static string? ValueFault(string? value)
    {
        if (string.IsNullOrWhiteSpace(value))
            return "is missing";

        var bytes = new byte[value.Length];
        if (!Convert.TryFromBase64String(value, bytes, out var length))
            return "is not base64";
        if (length < MinimumSecretBytes)
            return $"has {length} bytes and needs at least {MinimumSecretBytes}";
        if (value.All(char.IsAsciiHexDigit))
            return "is hexadecimal and not base64";

        return LooksRandom(bytes.AsSpan(0, length)) ? null : "is not random";
    }

    // What people make up, and what samples are made of: few values over and over, or counting up.
    private static bool LooksRandom(ReadOnlySpan<byte> bytes)
    {
        var values = new HashSet<byte>();
        var steps = new HashSet<byte>();
        for (var i = 1; i < bytes.Length; i++)
        {
            values.Add(bytes[i]);
            steps.Add((byte)(bytes[i] - bytes[i - 1]));
        }

        return values.Count >= MinimumDistinctBytes && steps.Count > 1;
    }

    private static IEnumerable<string> Lifetime(string name, TimeSpan value)
    {
        if (value < Shortest || value > Longest)
            yield return $"Tokens:Lifetimes:{name} is {value:c}: choose between {Shortest:c} and {Longest:c} (hh:mm:ss)";
    }

    [GeneratedRegex(@"\A[A-Za-z0-9_-]{1,8}\z")]
    private static partial Regex KeyId();
}
