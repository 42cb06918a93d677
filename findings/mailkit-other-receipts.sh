#!/bin/sh
# MailKit takes only 250 for the receipt of a mail; 251 and 252 end in an exception that says the mail was not accepted.
# RFC 5321, section 4.3.2: a client should decide by the first digit of a reply alone. Guess before it was tried: any 2yz
# is success. Whoever sends again after that exception sends a second mail.
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
using MailKit.Net.Smtp;
using MailKit.Security;
using MimeKit;

Console.WriteLine($"MailKit {Environment.GetEnvironmentVariable("version")}");
var asExpected = true;
foreach (var (receipt, accepted) in new[] { ("250 ok", true), ("251 will forward", false), ("252 will try", false) })
{
    var listener = new TcpListener(IPAddress.Loopback, 0);
    listener.Start();
    var server = Task.Run(async () =>
    {
        using var client = await listener.AcceptTcpClientAsync();
        using var reader = new StreamReader(client.GetStream());
        using var writer = new StreamWriter(client.GetStream()) { NewLine = "\r\n", AutoFlush = true };
        await writer.WriteLineAsync("220 server ESMTP");
        while (await reader.ReadLineAsync() is { } line)
        {
            if (line == "DATA")
            {
                await writer.WriteLineAsync("354 go ahead");
                while (await reader.ReadLineAsync() is { } data && data != ".") { }
                await writer.WriteLineAsync(receipt);
                continue;
            }

            await writer.WriteLineAsync(line.StartsWith("QUIT") ? "221 bye" : "250 ok");
        }
    });
    using var smtp = new SmtpClient();
    await smtp.ConnectAsync("127.0.0.1", ((IPEndPoint)listener.LocalEndpoint).Port, SecureSocketOptions.None);
    var mail = new MimeMessage { Subject = "Hello", Body = new TextPart("plain") { Text = "Hello\n" } };
    mail.From.Add(new MailboxAddress("", "grace@example.com"));
    mail.To.Add(new MailboxAddress("", "ada@example.com"));
    string outcome;
    try
    {
        await smtp.SendAsync(mail);
        outcome = "accepted";
    }
    catch (SmtpCommandException fault)
    {
        outcome = $"{fault.ErrorCode} {(int)fault.StatusCode}";
    }

    Console.WriteLine($"the server says '{receipt}': {outcome}");
    asExpected &= accepted == (outcome == "accepted");
    await smtp.DisconnectAsync(quit: true);
    await server;
}

return asExpected ? 0 : 1;
X
dotnet run || { echo "changed: 251 and 252 are no longer refused"; exit 1; }
