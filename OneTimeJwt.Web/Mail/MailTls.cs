using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using MailKit;
using MailKit.Security;

namespace OneTimeJwt.Web.Mail;

/// <summary>Secures connections to mail servers.</summary>
internal static class MailTls
{
    private const X509ChainStatusFlags Unknown = X509ChainStatusFlags.RevocationStatusUnknown | X509ChainStatusFlags.OfflineRevocation;

    // https://www.rfc-editor.org/rfc/rfc5280#section-4.2.1.13 and #section-4.2.2.1
    private const string RevocationLists = "2.5.29.31";

    /// <summary>StartTls has no fallback to clear text.</summary>
    public static SecureSocketOptions Options(SmtpSecurity security) => security switch
    {
        SmtpSecurity.Tls => SecureSocketOptions.SslOnConnect,
        SmtpSecurity.None => SecureSocketOptions.None,
        _ => SecureSocketOptions.StartTls,
    };

    /// <summary>Sets how certificates are checked; called before connecting.</summary>
    public static void Check(MailService client, SmtpRevocation revocation)
    {
        client.CheckCertificateRevocation = revocation != SmtpRevocation.Off;
        client.ServerCertificateValidationCallback = Judge(revocation);
    }

    // A certificate is also good where its only problem is an unknown revocation status.
    private static RemoteCertificateValidationCallback Judge(SmtpRevocation revocation) => (_, _, chain, errors) =>
        errors == SslPolicyErrors.None
        || (errors == SslPolicyErrors.RemoteCertificateChainErrors
            && chain is { ChainElements.Count: > 0 }
            // Windows reports problems of the chain as a whole here only.
            && chain.ChainStatus.All(status => (status.Status & ~Unknown) == X509ChainStatusFlags.NoError)
            && chain.ChainElements.All(element => IsGood(element, revocation)));

    // Certificates of private authorities often name neither a list nor a responder.
    private static bool IsGood(X509ChainElement element, SmtpRevocation revocation)
    {
        var flags = element.ChainElementStatus.Aggregate(X509ChainStatusFlags.NoError, (all, status) => all | status.Status);
        return flags == X509ChainStatusFlags.NoError
            || (
                (flags & ~Unknown) == X509ChainStatusFlags.NoError
                && (revocation == SmtpRevocation.IfReachable || !NamesRevocationSource(element.Certificate)));
    }

    private static bool NamesRevocationSource(X509Certificate2 certificate) =>
        certificate.Extensions[RevocationLists] is not null
        || certificate.Extensions.OfType<X509AuthorityInformationAccessExtension>().Any(access => access.EnumerateOcspUris().Any());
}
