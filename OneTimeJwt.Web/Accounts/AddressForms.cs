using System.Globalization;

namespace OneTimeJwt.Web.Accounts;

/// <summary>
/// The two forms of an internationalised domain: <c>bücher.example</c> (U-label) and <c>xn--bcher-kva.example</c> (A-label;
/// RFC 5890, section 2.3.2.1). Addresses whose domains are equal in either form are one address.
/// </summary>
/// <remarks>
/// <see cref="IdnMapping"/> follows UTS 46 without transitional processing, as registries and browsers' address bars do:
/// straße.example and strasse.example are two domains, which two people may have registered. Where it refuses a domain, that
/// has no other form. Chromium's fields for addresses post ß as ss all the same; who has such a domain types it as an A-label.
/// </remarks>
public static class AddressForms
{
    // RFC 1035, section 2.3.4.
    private const int MaxDomainLength = 255;

    // Without the STD 3 rules characters may turn into '@' or '/'.
    private static readonly IdnMapping Idn = new() { UseStd3AsciiRules = true };

    /// <summary>The form that addresses are compared and hashed by: its domain is in ASCII where it can be.</summary>
    public static string InAscii(string address) => IsInternational(address, out var at) ? With(address, at, Ascii) : address;

    /// <summary>As it was typed, then with the domain in the forms that differ from that.</summary>
    public static IReadOnlyList<string> Of(string address) => IsInternational(address, out var at)
        ? [.. new[] { address, With(address, at, Ascii), With(address, at, Unicode) }.Distinct(StringComparer.Ordinal)]
        : [address];

    private static bool IsInternational(string address, out int at)
    {
        at = address.AsSpan().LastIndexOf('@');
        var domain = address.AsSpan(at + 1);
        return at > 0
            && domain.Length <= MaxDomainLength
            && (domain.ContainsAnyExceptInRange('\0', '\x7f') || domain.Contains("xn--", StringComparison.OrdinalIgnoreCase));
    }

    private static string With(string address, int at, Func<string, string> form)
    {
        try
        {
            return $"{address.AsSpan(0, at + 1)}{form(address[(at + 1)..])}";
        }
        catch (ArgumentException)
        {
            return address;
        }
    }

    // ẞ becomes ß, as since Unicode 15.1; older tables map it to ss. IdnMapping checks A-labels and leaves their case as it is.
    private static string Ascii(string domain) => Idn.GetAscii(domain.ToLowerInvariant());

    private static string Unicode(string domain) => Idn.GetUnicode(Ascii(domain));
}
