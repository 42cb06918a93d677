using System.Text.RegularExpressions;

namespace OneTimeJwt.Web.Mail;

/// <summary>
/// Enhanced mail system status codes (RFC 3463 and the IANA registry of RFC 5248) in our own words: of a server's text, only its codes
/// are read.
/// </summary>
internal static partial class EnhancedStatus
{
    public const string Unknown = "no cause given";

    private const int MaxTextLength = 4_000;
    private const string Authentication = "the sender's domain fails SPF, DKIM or DMARC";

    // By class.subject.detail, by subject.detail, then by subject.
    private static readonly Dictionary<string, string> Causes = new()
    {
        ["1"] = "the address is refused",
        ["1.1"] = "no such mailbox",
        ["1.2"] = "no such domain",
        ["1.3"] = "not a valid address",
        ["1.4"] = "the address is ambiguous",
        ["1.6"] = "the mailbox has moved",
        ["1.7"] = "the sender's address is refused",
        ["1.8"] = "the sender's address is refused",
        // A null MX (RFC 7505); Exchange's unknown recipient.
        ["1.10"] = "no such mailbox",
        ["2"] = "the mailbox takes no mail",
        ["2.1"] = "mailbox disabled",
        ["2.2"] = "mailbox full",
        ["2.3"] = "the mail is too large",
        ["3"] = "the recipient's mail system takes no mail",
        ["3.1"] = "the recipient's mail system is full",
        ["3.4"] = "the mail is too large",
        ["4"] = "the recipient's mail server can't be reached",
        ["4.5"] = "the recipient's mail server is busy",
        ["4.7"] = "not delivered in time",
        // Exchange Online, of recipients that its directory doesn't have.
        ["5.4.1"] = "no such mailbox",
        ["5.4.300"] = "not delivered in time",
        ["5.4.310"] = "no such domain",
        ["5"] = "the mail servers don't understand each other",
        ["6"] = "the mail's content is refused",
        ["7"] = "refused by policy or as spam",
        ["7.13"] = "mailbox disabled",
        ["7.17"] = "the mailbox has another owner",
        ["7.20"] = Authentication,
        ["7.21"] = Authentication,
        ["7.22"] = Authentication,
        ["7.23"] = Authentication,
        ["7.24"] = Authentication,
        ["7.26"] = Authentication,
        ["7.509"] = Authentication,
        ["7.515"] = Authentication,
    };

    /// <param name="texts">May contain codes; earlier texts take precedence, and specific codes over general ones.</param>
    /// <returns>The cause, or <see cref="Unknown"/>.</returns>
    public static string Cause(params IReadOnlyList<string?> texts)
    {
        var codes = texts.OfType<string>()
            .SelectMany(text => Code().Matches(text.Length > MaxTextLength ? text[..MaxTextLength] : text))
            .Select(code => code.Groups)
            .ToList();
        return codes
                .Select(code => Causes.GetValueOrDefault(code[0].Value) ?? Causes.GetValueOrDefault($"{code[2]}.{code[3]}"))
                .FirstOrDefault(cause => cause is not null)
            ?? codes.Select(code => Causes.GetValueOrDefault(code[2].Value)).FirstOrDefault(cause => cause is not null)
            ?? Unknown;
    }

    // Not a part of a network address or a version.
    [GeneratedRegex(@"(?<![\d.])([45])\.(\d{1,3})\.(\d{1,3})(?!\d|\.\d)", RegexOptions.CultureInvariant)]
    private static partial Regex Code();
}
