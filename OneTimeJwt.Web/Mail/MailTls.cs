using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using MailKit;
using MailKit.Security;

namespace OneTimeJwt.Web.Mail;

/// <summary>How connections to mail servers are secured, to send and to read.</summary>
internal static class MailTls
{
    private const X509ChainStatusFlags Unknown = X509ChainStatusFlags.RevocationStatusUnknown | X509ChainStatusFlags.OfflineRevocation;

    // https://www.rfc-editor.org/rfc/rfc5280#section-4.2.1.13 and #section-4.2.2.1
    private const string RevocationLists = "2.5.29.31";

    /// <summary>StartTls refuses a server that doesn't offer it: no fallback to clear text.</summary>
    public static SecureSocketOptions Options(SmtpSecurity security) => security switch
    {
        SmtpSecurity.Tls => SecureSocketOptions.SslOnConnect,
        SmtpSecurity.None => SecureSocketOptions.None,
        _ => SecureSocketOptions.StartTls,
    };

    /// <summary>Has certificates checked as the settings say, ahead of the connection.</summary>
    public static void Check(MailService client, SmtpRevocation revocation)
    {
        client.CheckCertificateRevocation = revocation != SmtpRevocation.Off;
        client.ServerCertificateValidationCallback = Judge(revocation);
    }

    // A certificate is good, too, where nothing is wrong but that nobody could say whether it was revoked.
    private static RemoteCertificateValidationCallback Judge(SmtpRevocation revocation) => (_, _, chain, errors) =>
        errors == SslPolicyErrors.None
        || (errors == SslPolicyErrors.RemoteCertificateChainErrors
            && chain is { ChainElements.Count: > 0 }
            // Windows tells what is wrong with a chain as a whole here only.
            && chain.ChainStatus.All(status => (status.Status & ~Unknown) == X509ChainStatusFlags.NoError)
            && chain.ChainElements.All(element => IsGood(element, revocation)));

    // A private authority often publishes no list: the certificate then names nobody to ask.
    private static bool IsGood(X509ChainElement element, SmtpRevocation revocation)
    {
        var flags = element.ChainElementStatus.Aggregate(X509ChainStatusFlags.NoError, (all, status) => all | status.Status);
        return flags == X509ChainStatusFlags.NoError
            || (
                (flags & ~Unknown) == X509ChainStatusFlags.NoError
                && (revocation == SmtpRevocation.IfReachable || !NamesWhomToAsk(element.Certificate)));
    }

    private static bool NamesWhomToAsk(X509Certificate2 certificate) =>
        certificate.Extensions[RevocationLists] is not null
        || certificate.Extensions.OfType<X509AuthorityInformationAccessExtension>().Any(access => access.EnumerateOcspUris().Any());
}
