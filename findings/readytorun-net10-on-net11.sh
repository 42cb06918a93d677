#!/bin/sh
# Code that SDK 10 compiled ahead (ReadyToRun) is ignored when the app rolls forward to the runtime of .NET 11, without a word:
# everything is compiled at run time, as if it had not been published so. Guess before it was tried: ReadyToRun code outlives
# an update of the framework, which is what sets it apart from a native image, so a major version that the app runs on takes
# it too. Start gets slower after the roll forward; publish again with SDK 11.
# https://learn.microsoft.com/dotnet/core/deploying/ready-to-run
set -eu
[ "$(uname -sm)" = "Linux x86_64" ] || { echo "needs Linux on x64"; exit 1; }
sdk=$(dirname "$(readlink -f "$(command -v dotnet)")")
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT; cd "$folder"
cat > finding.csproj <<'X'
<Project Sdk="Microsoft.NET.Sdk">
  <PropertyGroup>
    <OutputType>Exe</OutputType><TargetFramework>net10.0</TargetFramework><ImplicitUsings>enable</ImplicitUsings>
    <RuntimeIdentifier>linux-x64</RuntimeIdentifier><SelfContained>false</SelfContained><PublishReadyToRun>true</PublishReadyToRun>
  </PropertyGroup>
  <ItemGroup>
    <PackageReference Include="Newtonsoft.Json" Version="13.0.4" />
    <PackageDownload Include="Microsoft.NETCore.App.Runtime.linux-x64" Version="[11.0.0]" />
  </ItemGroup>
</Project>
X
cat > Program.cs <<'X'
using System.Runtime;
using Newtonsoft.Json.Linq;

var text = new JObject { ["a"] = new JArray(1, 2.5, "three", null, true), ["b"] = new JObject { ["c"] = DateTime.UnixEpoch } }.ToString();
var same = JToken.DeepEquals(JObject.Parse(text), JObject.Parse(text).DeepClone());
Console.WriteLine($"{Environment.Version.Major} {JitInfo.GetCompiledMethodCount()} {same}");
X
dotnet publish -v q -o app > publish.log || { cat publish.log; exit 1; }
pack=$(dotnet nuget locals global-packages --list | sed 's/.*: //')microsoft.netcore.app.runtime.linux-x64/11.0.0/runtimes/linux-x64
mkdir -p eleven/host/fxr/11.0.0 eleven/shared/Microsoft.NETCore.App/11.0.0
cp "$sdk/dotnet" eleven/
cp "$pack"/native/libhostfxr.so eleven/host/fxr/11.0.0/
cp "$pack"/lib/net11.0/* "$pack"/native/* eleven/shared/Microsoft.NETCore.App/11.0.0/

# Tiers off, so that each method that is compiled is one that had no code.
export DOTNET_TieredCompilation=0 DOTNET_ROLL_FORWARD=Major
echo "runtime, methods compiled at run time, right result"
ten=$("$sdk/dotnet" app/finding.dll); echo "  $ten, as published with ReadyToRun"
none=$(DOTNET_ReadyToRun=0 "$sdk/dotnet" app/finding.dll); echo "  $none, with all such code switched off, the framework's too"
eleven=$(DOTNET_ROOT=$PWD/eleven eleven/dotnet app/finding.dll); echo "  $eleven, the same files"
methods() { echo "$1" | cut -d' ' -f2; }
[ "${ten%% *}" = 10 ] && [ "${eleven%% *}" = 11 ] && [ "$(methods "$eleven")" -gt $((3 * $(methods "$ten"))) ] \
  || { echo "changed: the runtime of .NET 11 takes code that SDK 10 compiled ahead"; exit 1; }
