#!/bin/sh
# StandardWebhook.Verify looks at all signatures of "webhook-signature" but the last one, where there are several. Guess before it was
# tried: any that matches counts, as Standard Webhooks has it. While secrets are changed and both sign, a receiver with the one that is
# listed last refuses every event.
set -eu
export version=1.1.2
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT; cd "$folder"
cat > finding.csproj <<X
<Project Sdk="Microsoft.NET.Sdk.Web">
  <PropertyGroup><OutputType>Exe</OutputType><TargetFramework>net10.0</TargetFramework><ImplicitUsings>enable</ImplicitUsings></PropertyGroup>
  <ItemGroup><PackageReference Include="StandardWebhooks" Version="$version" /></ItemGroup>
</Project>
X
cat > Program.cs <<'X'
using StandardWebhooks;
using StandardWebhooks.Diagnostics;

var (now, body) = (DateTimeOffset.UtcNow, "{}");
var secrets = new[] { new byte[32], Enumerable.Repeat((byte)1, 32).ToArray() }.Select(secret => new StandardWebhook(secret)).ToList();
var headers = new HeaderDictionary
{
    ["webhook-id"] = "1",
    ["webhook-timestamp"] = now.ToUnixTimeSeconds().ToString(),
    ["webhook-signature"] = string.Join(' ', secrets.Select(secret => secret.Sign("1", now, body))),
};
bool Takes(StandardWebhook secret)
{
    try
    {
        secret.Verify(body, headers);
        return true;
    }
    catch (WebhookVerificationException)
    {
        return false;
    }
}
var (first, last) = (Takes(secrets[0]), Takes(secrets[1]));
Console.WriteLine($"StandardWebhooks {Environment.GetEnvironmentVariable("version")}: of two signatures the first is taken {first}, the last {last}");
return first && !last ? 0 : 1;
X
dotnet run || { echo "changed: the last signature is looked at, too"; exit 1; }
