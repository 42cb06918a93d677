#!/bin/sh
# Npgsql with two hosts in the connection string: where the server ends one session (an administrator, a pooler, an idle
# limit), the whole host counts as offline for Host Recheck Seconds, 10 by default. Guess before it was tried: the host's
# state follows failures to connect and the host's role, and the next connection is opened at once. What happens: while the
# server runs and takes anybody else's connections, this data source finds "no suitable host". With one host it does open.
# https://www.npgsql.org/doc/failover-and-load-balancing.html
set -eu
export version=10.0.3
tools=$(ls -d /usr/lib/postgresql/*/bin 2> /dev/null | sort -V | tail -1)
[ -n "$tools" ] || { echo "needs PostgreSQL's server programs"; exit 1; }
if [ "$(id -u)" = 0 ]; then run() { runuser -u postgres -- "$@"; }; else run() { "$@"; }; fi
folder=$(mktemp -d); data=$(run mktemp -d)
trap 'run "$tools/pg_ctl" -D "$data" -m immediate stop > /dev/null 2>&1 || true; rm -rf "$folder" "$data"' EXIT; cd "$folder"
chmod 700 "$data"
(cd / && run "$tools/initdb" -D "$data" -U finding -A trust > /dev/null
  run "$tools/pg_ctl" -D "$data" -w -l "$data/log" start -o "-p 24467 -c listen_addresses=127.0.0.1 -c unix_socket_directories=" > /dev/null)
"$tools/postgres" --version
cat > finding.csproj <<X
<Project Sdk="Microsoft.NET.Sdk">
  <PropertyGroup><OutputType>Exe</OutputType><TargetFramework>net10.0</TargetFramework><ImplicitUsings>enable</ImplicitUsings></PropertyGroup>
  <ItemGroup><PackageReference Include="Npgsql" Version="$version" /></ItemGroup>
</Project>
X
cat > Program.cs <<'X'
using System.Diagnostics;
using Npgsql;

const string Rest = "Username=finding;Database=postgres;Timeout=2";
var one = await EndAndOpenAsync("Host=127.0.0.1;Port=24467");
var two = await EndAndOpenAsync("Host=127.0.0.1:24467,127.0.0.1:24468;Target Session Attributes=primary");
Console.WriteLine($"Npgsql {Environment.GetEnvironmentVariable("version")}, after the server ended one session, how long until another one opens");
Console.WriteLine($"  one host:  {(one < 2 ? "at once" : $"{one:f0} s")}");
Console.WriteLine($"  two hosts: {(two < 2 ? "at once" : $"{two:f0} s")}");
return one < 2 && two is > 5 and < 15 ? 0 : 1;

static async Task<double> EndAndOpenAsync(string hosts)
{
    await using var source = new NpgsqlDataSourceBuilder($"{hosts};{Rest}").Build();
    await using var admin = NpgsqlDataSource.Create($"Host=127.0.0.1;Port=24467;{Rest}");
    await using (var session = await source.OpenConnectionAsync())
    {
        var pid = session.ProcessID;
        await using (var end = admin.CreateCommand($"SELECT pg_terminate_backend({pid})"))
            await end.ExecuteNonQueryAsync();
        await Task.Delay(500);
        try
        {
            await using var command = new NpgsqlCommand("SELECT 1", session);
            await command.ExecuteNonQueryAsync();
        }
        catch (NpgsqlException fault)
        {
            Console.WriteLine($"the ended session says: {fault.Message.Split('\n')[0]}");
        }
    }

    var clock = Stopwatch.StartNew();
    while (true)
    {
        try
        {
            await using var next = await source.OpenConnectionAsync();
            return clock.Elapsed.TotalSeconds;
        }
        catch (NpgsqlException) when (clock.Elapsed < TimeSpan.FromSeconds(30))
        {
            await Task.Delay(200);
        }
    }
}
X
dotnet run || { echo "changed: an ended session no longer takes its host away"; exit 1; }
