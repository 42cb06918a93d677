#!/bin/sh
# MailKit introduces itself in EHLO by the machine's bare host name where LocalDomain is not set. Its documentation says the
# local IP address, and that was the guess too. In a container the name is a word without a dot, which servers that ask for
# a full name refuse (RFC 5321, section 4.1.1.1: a fully-qualified name, or an address literal where there is none).
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
using System.Net.NetworkInformation;
using System.Net.Sockets;
using MailKit.Net.Smtp;
using MailKit.Security;

var listener = new TcpListener(IPAddress.Loopback, 0);
listener.Start();
var ehlo = "";
var server = Task.Run(async () =>
{
    using var client = await listener.AcceptTcpClientAsync();
    using var reader = new StreamReader(client.GetStream());
    using var writer = new StreamWriter(client.GetStream()) { NewLine = "\r\n", AutoFlush = true };
    await writer.WriteLineAsync("220 server ESMTP");
    while (await reader.ReadLineAsync() is { } line)
    {
        if (line.StartsWith("EHLO "))
            ehlo = line["EHLO ".Length..];
        await writer.WriteLineAsync(line.StartsWith("QUIT") ? "221 bye" : "250 ok");
    }
});
using (var smtp = new SmtpClient())
{
    await smtp.ConnectAsync("127.0.0.1", ((IPEndPoint)listener.LocalEndpoint).Port, SecureSocketOptions.None);
    await smtp.DisconnectAsync(quit: true);
}

await server;
var name = IPGlobalProperties.GetIPGlobalProperties().HostName;
var isName = ehlo == name;
Console.WriteLine($"MailKit {Environment.GetEnvironmentVariable("version")}: EHLO has {(isName ? "the bare host name" : ehlo.StartsWith('[') ? "an address literal" : "something else")}");
return isName ? 0 : 1;
X
dotnet run || { echo "changed: EHLO no longer has the bare host name"; exit 1; }
