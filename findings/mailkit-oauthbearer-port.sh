#!/bin/sh
# MailKit signs in with OAUTHBEARER and names port -1, whatever port it is connected to.
# RFC 7628, section 3.1: the key "port" has the destination port. Guess before it was tried: the port of the connection.
# A server that compares it refuses the sign-in; XOAUTH2, which names no port, is the safer first choice.
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

var listener = new TcpListener(IPAddress.Loopback, 0);
listener.Start();
var port = ((IPEndPoint)listener.LocalEndpoint).Port;
var heard = new List<string>();
var server = Task.Run(async () =>
{
    using var client = await listener.AcceptTcpClientAsync();
    using var reader = new StreamReader(client.GetStream());
    using var writer = new StreamWriter(client.GetStream()) { NewLine = "\r\n", AutoFlush = true };
    await writer.WriteLineAsync("220 server ESMTP");
    while (await reader.ReadLineAsync() is { } line)
    {
        heard.Add(line);
        await writer.WriteLineAsync(line.Split(' ')[0] switch
        {
            "EHLO" => "250-server\r\n250 AUTH OAUTHBEARER",
            "AUTH" => "235 welcome",
            "QUIT" => "221 bye",
            _ => "250 ok",
        });
    }
});
using (var smtp = new SmtpClient())
{
    await smtp.ConnectAsync("127.0.0.1", port, SecureSocketOptions.None);
    await smtp.AuthenticateAsync(new SaslMechanismOAuthBearer("ada@example.com", "token"));
    await smtp.DisconnectAsync(quit: true);
}

await server;
var said = Encoding.UTF8.GetString(Convert.FromBase64String(heard.Single(line => line.StartsWith("AUTH")).Split(' ')[2]));
Console.WriteLine($"MailKit {Environment.GetEnvironmentVariable("version")}, connected to port {port}: {said.Replace('\u0001', '|')}");
return said.Contains("\u0001port=-1\u0001") ? 0 : 1;
X
dotnet run || { echo "changed: it no longer says port=-1"; exit 1; }
