using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace OneTimeJwt.Web.Tests.Mail;

internal static class SelfSignedCertificate
{
    /// <summary>A certificate that nobody vouches for but whoever is told to.</summary>
    public static X509Certificate2 Certificate(string address)
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest($"CN={address}", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Parse(address));
        request.CertificateExtensions.Add(names.Build());
        return request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
    }
}
