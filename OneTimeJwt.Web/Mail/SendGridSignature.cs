using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Primitives;

namespace OneTimeJwt.Web.Mail;

/// <summary>
/// Verifies SendGrid's Signed Event Webhook: ECDSA on P-256 with SHA-256 over timestamp and raw body
/// (https://www.twilio.com/docs/sendgrid/for-developers/tracking-events/getting-started-event-webhook-security-features).
/// </summary>
internal sealed class SendGridSignature(IOptions<MailSettings> settings, TimeProvider time)
{
    public const string SignatureHeader = "X-Twilio-Email-Event-Webhook-Signature";
    public const string TimestampHeader = "X-Twilio-Email-Event-Webhook-Timestamp";

    private const int MaxHeaderLength = 256;

    // SendGrid retries for 24 hours, perhaps with the old timestamp. A replay in that time writes nothing new.
    private static readonly TimeSpan MaxAge = TimeSpan.FromHours(25);
    private static readonly TimeSpan ClockSkew = TimeSpan.FromMinutes(10);

    /// <summary>Whether the headers are worth reading a body for.</summary>
    public bool IsPlausible(IHeaderDictionary headers) =>
        One(headers[SignatureHeader]) is not null
        && One(headers[TimestampHeader]) is { Length: <= 11 } timestamp
        && long.TryParse(timestamp, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds)
        && time.GetUtcNow() - DateTimeOffset.FromUnixTimeSeconds(seconds) is var age && age <= MaxAge && age >= -ClockSkew;

    public bool IsValid(IHeaderDictionary headers, ReadOnlySpan<byte> body)
    {
        if (!IsPlausible(headers) || settings.Value.SendGrid.WebhookKey is not { } text)
            return false;

        var signature = new byte[MaxHeaderLength];
        if (!Convert.TryFromBase64String(One(headers[SignatureHeader])!, signature, out var length))
            return false;

        using var key = Key(text);
        byte[] signed = [.. Encoding.ASCII.GetBytes(One(headers[TimestampHeader])!), .. body];
        return key?.VerifyData(
            signed, signature.AsSpan(0, length), HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence) == true;
    }

    /// <summary>The key as SendGrid shows it: a SubjectPublicKeyInfo in base64. Null where it is none on P-256.</summary>
    public static ECDsa? Key(string text)
    {
        const string P256 = "1.2.840.10045.3.1.7";
        var key = ECDsa.Create();
        try
        {
            key.ImportSubjectPublicKeyInfo(Convert.FromBase64String(text), out _);
            if (key.ExportParameters(includePrivateParameters: false).Curve.Oid.Value == P256)
                return key;
        }
        catch (Exception fault) when (fault is FormatException or CryptographicException)
        {
        }

        key.Dispose();
        return null;
    }

    private static string? One(StringValues values) => values is [{ Length: > 0 and <= MaxHeaderLength } one] ? one : null;
}
