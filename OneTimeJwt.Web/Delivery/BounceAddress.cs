using System.Security.Cryptography;
using System.Text.RegularExpressions;
using MimeKit;
using OneTimeJwt.Web.Mail;

namespace OneTimeJwt.Web.Delivery;

/// <summary>
/// Envelope senders that name their mail (VERP): <c>bounces+id+mac</c> with both in hexadecimal, which survives servers that fold
/// case. The MAC keeps those who know only a Message-ID from reporting on its mail.
/// </summary>
internal sealed class BounceAddress
{
    private const int IdLength = 32;
    private const int MacSize = 8;

    private readonly ServerSecrets _secrets;
    private readonly string? _local;
    private readonly string? _domain;
    private readonly Regex? _pattern;

    public BounceAddress(ServerSecrets secrets, IOptions<MailSettings> settings)
    {
        _secrets = secrets;
        if (settings.Value.Bounces.Address?.Split('@') is not [var local, var domain])
            return;

        (_local, _domain) = (local, domain);
        _pattern = new Regex(
            $@"(?<![\w.+-]){Regex.Escape(local)}\+([0-9a-f]{{{IdLength + (2 * MacSize)}}})@{Regex.Escape(domain)}(?![\w.-])",
            RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);
    }

    /// <returns>Null where no address for bounces is set.</returns>
    public MailboxAddress? Of(Guid mailId) =>
        _pattern is null
            ? null
            : new MailboxAddress("", $"{_local}+{mailId:N}{Convert.ToHexStringLower(Mac(_secrets.Current, mailId))}@{_domain}");

    /// <summary>The mail that an address of ours in this text names; null where there is none.</summary>
    public Guid? Find(string text)
    {
        foreach (Match match in _pattern?.Matches(text) ?? Enumerable.Empty<Match>())
        {
            var id = Guid.ParseExact(match.Groups[1].ValueSpan[..IdLength], "N");
            var mac = Convert.FromHexString(match.Groups[1].ValueSpan[IdLength..]);
            if (_secrets.All.Any(secret => CryptographicOperations.FixedTimeEquals(Mac(secret, id), mac)))
                return id;
        }

        return null;
    }

    private static byte[] Mac(ServerSecret secret, Guid mailId)
    {
        Span<byte> mac = stackalloc byte[KeyMaterial.KeySize];
        KeyMaterial.Mac(secret.Subkey("ott/bounce/v1"), [mailId.ToString("N")], mac);
        return mac[..MacSize].ToArray();
    }
}
