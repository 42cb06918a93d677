#!/bin/sh
# Npgsql: a commit that waits for a synchronous standby longer than the command timeout returns as if it had succeeded. Guess
# before it was tried: a timeout is an exception, as it is for every other statement. What happens: Npgsql cancels, PostgreSQL
# ends the wait (the transaction is committed on this server alone), and says so in a warning (SQLSTATE 01000) before a plain
# COMMIT; nobody hears of it but a handler of NpgsqlConnection.Notice. If the primary is lost then, so is the change.
# https://www.postgresql.org/docs/15/warm-standby.html#SYNCHRONOUS-REPLICATION
set -eu
export version=10.0.3
tools=$(ls -d /usr/lib/postgresql/*/bin 2> /dev/null | sort -V | tail -1)
[ -n "$tools" ] || { echo "needs PostgreSQL's server programs"; exit 1; }
if [ "$(id -u)" = 0 ]; then run() { runuser -u postgres -- "$@"; }; else run() { "$@"; }; fi
folder=$(mktemp -d); data=$(run mktemp -d)
trap 'run "$tools/pg_ctl" -D "$data" -m immediate stop > /dev/null 2>&1 || true; rm -rf "$folder" "$data"' EXIT; cd "$folder"
chmod 700 "$data"
(cd / && run "$tools/initdb" -D "$data" -U finding -A trust > /dev/null
  run "$tools/pg_ctl" -D "$data" -w -l "$data/log" start -o "-p 24466 -c listen_addresses=127.0.0.1 -c unix_socket_directories=" > /dev/null)
"$tools/postgres" --version
cat > finding.csproj <<X
<Project Sdk="Microsoft.NET.Sdk">
  <PropertyGroup><OutputType>Exe</OutputType><TargetFramework>net10.0</TargetFramework><ImplicitUsings>enable</ImplicitUsings></PropertyGroup>
  <ItemGroup><PackageReference Include="Npgsql" Version="$version" /></ItemGroup>
</Project>
X
cat > Program.cs <<'X'
using Npgsql;

await using var connection = new NpgsqlConnection("Host=127.0.0.1;Port=24466;Username=finding;Database=postgres;Command Timeout=2");
await connection.OpenAsync();
async Task RunAsync(string sql) => await new NpgsqlCommand(sql, connection).ExecuteNonQueryAsync();
await RunAsync("CREATE TABLE word (word text)");
await RunAsync("ALTER SYSTEM SET synchronous_standby_names = 'away'");
await RunAsync("SELECT pg_reload_conf()");
await Task.Delay(1000);

var notice = "none";
connection.Notice += (_, e) => notice = $"{e.Notice.Severity} {e.Notice.SqlState}";
async Task<string> TryAsync(Func<Task> act)
{
    try
    {
        await act();
        return "no exception";
    }
    catch (Exception e)
    {
        return $"{e.GetType().Name} ({e.InnerException?.GetType().Name})";
    }
}

var statement = await TryAsync(() => RunAsync("SELECT pg_sleep(10)"));
await using var transaction = await connection.BeginTransactionAsync();
await RunAsync("INSERT INTO word VALUES ('changed')");
var commit = await TryAsync(() => transaction.CommitAsync());
Console.WriteLine($"Npgsql {Environment.GetEnvironmentVariable("version")}, no standby, timeout 2 s: a statement ends in {statement}; a commit in {commit}, notice {notice}");
return commit == "no exception" && statement.Contains("TimeoutException") && notice.EndsWith("01000") ? 0 : 1;
X
dotnet run || { echo "changed: a commit whose wait was cancelled no longer returns as if it had succeeded"; exit 1; }
