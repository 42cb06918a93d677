#!/bin/sh
# MailKit (and any SslStream that checks revocation) refuses the certificate of a trusted private authority that publishes no
# revocation list: "RevocationStatusUnknown", and with it "OfflineRevocation". Guess before it was tried: where a certificate
# names nobody to ask (no CRL distribution point, no OCSP responder; RFC 5280, section 6.3.3), there is nothing to check, as
# with 'openssl s_client', which takes the same chain.
set -eu
export version=4.18.2
command -v openssl > /dev/null || { echo "needs openssl"; exit 1; }
folder=$(mktemp -d); trap 'kill $server 2> /dev/null || true; rm -rf "$folder"' EXIT; cd "$folder"; server=
openssl req -x509 -newkey rsa:2048 -nodes -keyout ca.key -out ca.pem -subj "/CN=Private authority" -days 2 2> /dev/null
openssl req -newkey rsa:2048 -nodes -keyout leaf.key -out leaf.csr -subj "/CN=localhost" 2> /dev/null
printf 'subjectAltName=DNS:localhost\n' > leaf.ext
openssl x509 -req -in leaf.csr -CA ca.pem -CAkey ca.key -CAcreateserial -out leaf.pem -days 1 -extfile leaf.ext 2> /dev/null
openssl s_server -accept 24465 -cert leaf.pem -key leaf.key -quiet > /dev/null 2>&1 < /dev/null & server=$!
sleep 1
openssl version
printf 'openssl s_client: '
openssl s_client -connect localhost:24465 -CAfile ca.pem -verify_return_error < /dev/null 2> /dev/null | grep "Verify return code" | head -1
cat > finding.csproj <<X
<Project Sdk="Microsoft.NET.Sdk">
  <PropertyGroup><OutputType>Exe</OutputType><TargetFramework>net10.0</TargetFramework><ImplicitUsings>enable</ImplicitUsings></PropertyGroup>
  <ItemGroup><PackageReference Include="MailKit" Version="$version" /></ItemGroup>
</Project>
X
cat > Program.cs <<'X'
using System.Security.Cryptography.X509Certificates;
using MailKit.Net.Smtp;
using MailKit.Security;

var found = "no fault";
using var smtp = new SmtpClient { Timeout = 20_000 };
smtp.ServerCertificateValidationCallback = (_, _, chain, errors) =>
{
    var flags = chain!.ChainStatus.Aggregate(X509ChainStatusFlags.NoError, (all, status) => all | status.Status);
    found = $"{errors}: {flags}";
    return false;
};
try
{
    await smtp.ConnectAsync("localhost", 24465, SecureSocketOptions.SslOnConnect);
}
catch (SslHandshakeException)
{
}

Console.WriteLine($"MailKit {Environment.GetEnvironmentVariable("version")} on .NET {Environment.Version}: {found}");
return found.Contains("RevocationStatusUnknown") ? 0 : 1;
X
SSL_CERT_FILE="$folder/ca.pem" dotnet run || { echo "changed: a chain that names no revocation source is no longer refused"; exit 1; }
