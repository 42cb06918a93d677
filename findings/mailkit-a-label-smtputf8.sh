#!/bin/sh
# MimeKit decodes A-labels (xn--…) in every address that it is given, also in one that a program sets. MailKit then asks a
# server that offers SMTPUTF8 for it and sends the U-label, although the address was plain ASCII. Guess before it was tried:
# an ASCII address goes out as it is. Where the next server on the way lacks SMTPUTF8 such a mail is returned (RFC 6531,
# section 3.2), while the A-label would have arrived.
set -eu
export version=4.18.2
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT; cd "$folder"
cat > finding.csproj <<X
<Project Sdk="Microsoft.NET.Sdk">
  <PropertyGroup><OutputType>Exe</OutputType><TargetFramework>net10.0</TargetFramework><ImplicitUsings>enable</ImplicitUsings></PropertyGroup>
  <ItemGroup><PackageReference Include="MailKit" Version="$version" /></ItemGroup>
</Project>
X
cat > Program.cs <<'X'
using System.Net;
using System.Net.Sockets;
using System.Text;
using MailKit.Net.Smtp;
using MailKit.Security;
using MimeKit;

var listener = new TcpListener(IPAddress.Loopback, 0);
listener.Start();
var heard = new List<string>();
var server = Task.Run(async () =>
{
    using var client = await listener.AcceptTcpClientAsync();
    using var reader = new StreamReader(client.GetStream(), Encoding.UTF8);
    using var writer = new StreamWriter(client.GetStream()) { NewLine = "\r\n", AutoFlush = true };
    await writer.WriteLineAsync("220 server ESMTP");
    while (await reader.ReadLineAsync() is { } line)
    {
        if (line == "DATA")
        {
            await writer.WriteLineAsync("354 go ahead");
            while (await reader.ReadLineAsync() is { } data && data != ".") { }
        }

        heard.Add(line);
        await writer.WriteLineAsync(line.Split(' ')[0] switch { "EHLO" => "250-server\r\n250-8BITMIME\r\n250 SMTPUTF8", "QUIT" => "221 bye", _ => "250 ok" });
    }
});
var mail = new MimeMessage { Subject = "Hello", Body = new TextPart("plain") { Text = "Hello\n" } };
mail.From.Add(new MailboxAddress("", "grace@example.com"));
mail.To.Add(new MailboxAddress("", "ada@xn--bcher-kva.example"));
using (var smtp = new SmtpClient())
{
    await smtp.ConnectAsync("127.0.0.1", ((IPEndPoint)listener.LocalEndpoint).Port, SecureSocketOptions.None);
    await smtp.SendAsync(mail);
    await smtp.DisconnectAsync(quit: true);
}

await server;
Console.WriteLine($"MailKit {Environment.GetEnvironmentVariable("version")}: given ada@xn--bcher-kva.example, it keeps {mail.To.Mailboxes.Single().Address} and sends");
var envelope = heard.Where(line => line.StartsWith("MAIL") || line.StartsWith("RCPT")).ToList();
envelope.ForEach(line => Console.WriteLine($"  {line}"));
return envelope[0].EndsWith(" SMTPUTF8") && envelope[1] == "RCPT TO:<ada@b\u00fccher.example>" ? 0 : 1;
X
dotnet run || { echo "changed: the A-label is no longer decoded"; exit 1; }
