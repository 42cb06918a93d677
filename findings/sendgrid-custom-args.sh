#!/bin/sh
# SendGridMessage.AddCustomArg puts its argument into the first of "personalizations" and not at the top level of the mail;
# AddGlobalCustomArg does that. Guess before it was tried: "custom_args" of the mail, as the API's documentation names it. A
# second recipient's events come without it.
set -eu
export version=9.29.3
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT; cd "$folder"
cat > finding.csproj <<X
<Project Sdk="Microsoft.NET.Sdk">
  <PropertyGroup><OutputType>Exe</OutputType><TargetFramework>net10.0</TargetFramework><ImplicitUsings>enable</ImplicitUsings></PropertyGroup>
  <ItemGroup><PackageReference Include="SendGrid" Version="$version" /></ItemGroup>
</Project>
X
cat > Program.cs <<'X'
using System.Text.Json;
using SendGrid.Helpers.Mail;

var mail = new SendGridMessage
{
    Personalizations = [new() { Tos = [new("ada@example.com")] }, new() { Tos = [new("grace@example.com")] }],
};
mail.AddCustomArg("mail", "17");
var json = JsonDocument.Parse(mail.Serialize()).RootElement;
var people = json.GetProperty("personalizations").EnumerateArray().Select(person => person.TryGetProperty("custom_args", out _)).ToList();
var isGlobal = json.TryGetProperty("custom_args", out _);
Console.WriteLine($"SendGrid {Environment.GetEnvironmentVariable("version")}: custom_args at the top level {isGlobal}, of the first person {people[0]}, of the second {people[1]}");
return !isGlobal && people[0] && !people[1] ? 0 : 1;
X
dotnet run || { echo "changed: AddCustomArg no longer writes to the first personalization alone"; exit 1; }
