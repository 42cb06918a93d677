#!/bin/sh
# MimeKit folds headers by the number of letters and not of bytes: encoded words of a subject beyond ASCII get longer than the
# 75 characters that RFC 2047, section 2, allows, and the lines longer than its 76. Guess before it was tried: a library of
# mail keeps that limit, and FormatOptions.MaxLineLength lowers it.
set -eu
export version=4.18.2
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT; cd "$folder"
cat > finding.csproj <<X
<Project Sdk="Microsoft.NET.Sdk">
  <PropertyGroup><OutputType>Exe</OutputType><TargetFramework>net10.0</TargetFramework><ImplicitUsings>enable</ImplicitUsings></PropertyGroup>
  <ItemGroup><PackageReference Include="MimeKit" Version="$version" /></ItemGroup>
</Project>
X
cat > Program.cs <<'X'
using System.Text;
using System.Text.RegularExpressions;
using MimeKit;

var longest = 0;
foreach (var most in new[] { 78, 60 })
{
    var mail = new MimeMessage { Subject = string.Concat(Enumerable.Repeat('\u00e9', 200)), Body = new TextPart("plain") { Text = "Hello\n" } };
    var options = FormatOptions.Default.Clone();
    options.MaxLineLength = most;
    using var written = new MemoryStream();
    mail.WriteTo(options, written);
    var text = Encoding.ASCII.GetString(written.ToArray());
    var words = Regex.Matches(text, @"=\?[^? ]+\?[bqBQ]\?[^? ]*\?=").Select(word => word.Length).ToList();
    Console.WriteLine($"MimeKit {Environment.GetEnvironmentVariable("version")}, MaxLineLength {most}: the longest of {words.Count} encoded words has {words.Max()} characters");
    longest = Math.Max(longest, words.Max());
}

return longest > 75 ? 0 : 1;
X
dotnet run || { echo "changed: no encoded word has more than 75 characters"; exit 1; }
