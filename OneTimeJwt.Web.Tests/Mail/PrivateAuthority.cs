using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace OneTimeJwt.Web.Tests.Mail;

/// <summary>What a certificate says of where to ask whether it was revoked, and what is answered there.</summary>
public enum Source
{
    None,
    Answers,
    Revokes,
    Silent,
}

/// <summary>A certificate authority of the suite's own, which publishes a revocation list over HTTP (RFC 5280, section 5).</summary>
internal sealed class PrivateAuthority : IAsyncDisposable
{
    private static readonly byte[] Serial = [1, 2, 3, 4, 5, 6, 7, 8];

    private readonly Source _source;
    private readonly X509Certificate2 _root;
    private readonly WebApplication _server;

    private PrivateAuthority(Source source)
    {
        _source = source;
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=Authority of the suite", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        request.CertificateExtensions.Add(
            new X509BasicConstraintsExtension(certificateAuthority: true, hasPathLengthConstraint: false, 0, critical: true));
        request.CertificateExtensions.Add(
            new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, critical: true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, critical: false));
        _root = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-2), DateTimeOffset.UtcNow.AddDays(2));
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        _server = builder.Build();
        _server.MapGet("/list.crl", () => source == Source.Silent ? Results.NotFound() : Results.Bytes(List(), "application/pkix-crl"));
    }

    public string Pem => _root.ExportCertificatePem();

    public static async Task<PrivateAuthority> StartAsync(Source source)
    {
        var authority = new PrivateAuthority(source);
        await authority._server.StartAsync();
        return authority;
    }

    public X509Certificate2 Issue(string address, int daysLeft = 1)
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest($"CN={address}", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Parse(address));
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(
            X509AuthorityKeyIdentifierExtension.CreateFromCertificate(_root, includeKeyIdentifier: true, includeIssuerAndSerial: false));
        if (_source != Source.None)
            request.CertificateExtensions.Add(
                CertificateRevocationListBuilder.BuildCrlDistributionPointExtension([$"{_server.Urls.Single()}/list.crl"]));
        using var issued = request.Create(_root, DateTimeOffset.UtcNow.AddDays(-1.9), DateTimeOffset.UtcNow.AddDays(daysLeft), Serial);
        return issued.CopyWithPrivateKey(key);
    }

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        _root.Dispose();
    }

    private byte[] List()
    {
        var list = new CertificateRevocationListBuilder();
        if (_source == Source.Revokes)
            list.AddEntry(Serial, DateTimeOffset.UtcNow.AddHours(-1));
        return list.Build(
            _root,
            1,
            DateTimeOffset.UtcNow.AddDays(1),
            HashAlgorithmName.SHA256,
            RSASignaturePadding.Pkcs1,
            DateTimeOffset.UtcNow.AddDays(-1));
    }
}
