using System.Diagnostics;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace OneTimeJwt.Web.Tests.Api;

/// <summary>A client that a generator makes of the OpenAPI document, and a program that is compiled against it.</summary>
public sealed class GeneratedClientTests
{
    private const string Variable = "ONETIMEJWT_TEST_KIOTA";

    private static readonly TimeSpan Timeout = TimeSpan.FromMinutes(5);

    [Fact]
    [Trait("Category", "long")]
    public async Task A_program_with_a_generated_client_uses_every_operation_and_gets_problems_as_errors_with_their_type()
    {
        var kiota = Environment.GetEnvironmentVariable(Variable);
        Assert.SkipWhen(string.IsNullOrEmpty(kiota), $"{Variable} names no Kiota: ./test.sh long installs it where it can be had.");
        await using var app = await TestApp.StartAsync(ApiApp.On);
        using var robot = await app.ProgramAsync(ConsoleRole.Admin);
        var account = await app.AddAccountAsync(shape: row =>
            (row.Email, row.EmailConfirmed, row.TwoFactorEnabled) = ("desk-0@example.com", false, true));
        foreach (var address in new[] { "desk-1@example.com", "desk-2@example.com" })
            await app.AddAccountAsync(shape: row => row.Email = address);
        var document = (await robot.GetAsync("/openapi/v1.json")).Body;
        var folder = Directory.CreateTempSubdirectory("ott-client-").FullName;
        try
        {
            await WriteAsync("openapi.json", document);
            await WriteAsync("Desk.csproj", DeskProgram.Project);
            await WriteAsync("Program.cs", DeskProgram.Source);
            await RunAsync(
                kiota!,
                "generate", "--language", "CSharp", "--openapi", "openapi.json", "--output", "Client",
                "--class-name", DeskProgram.Client, "--namespace-name", DeskProgram.Namespace,
                "--serializer", "Microsoft.Kiota.Serialization.Json.JsonSerializationWriterFactory",
                "--deserializer", "Microsoft.Kiota.Serialization.Json.JsonParseNodeFactory");
            await RunAsync("dotnet", "build", "-c", "Release", "-o", "out", "-v", "q", "-nologo");
            var output = await RunAsync("dotnet", Path.Combine("out", "Desk.dll"), app.Origin, account.Id, "desk-");

            Assert.EndsWith("done", output.TrimEnd(), StringComparison.Ordinal);
            var asked = output.Split('\n', StringSplitOptions.TrimEntries)
                .Where(line => line.StartsWith("asked ", StringComparison.Ordinal))
                .Select(line => line["asked ".Length..]);
            Assert.Equal(Operations(document).Keys.Order(StringComparer.Ordinal), Called(document, asked).Order(StringComparer.Ordinal));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }

        Task WriteAsync(string file, string text) =>
            File.WriteAllTextAsync(Path.Combine(folder, file), text, TestContext.Current.CancellationToken);

        async Task<string> RunAsync(string program, params string[] words)
        {
            using var process = Process.Start(new ProcessStartInfo(program, words)
            {
                WorkingDirectory = folder,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
                Environment =
                {
                    ["KIOTA_OFFLINE_ENABLED"] = "true",
                    ["KIOTA_TUTORIAL_ENABLED"] = "false",
                    ["DESK_KEY"] = robot.Key,
                },
            })!;
            using var timeout = new CancellationTokenSource(Timeout);
            var errors = process.StandardError.ReadToEndAsync(timeout.Token);
            var output = await process.StandardOutput.ReadToEndAsync(timeout.Token);
            await process.WaitForExitAsync(timeout.Token);
            Assert.True(process.ExitCode == 0, $"{program} {string.Join(' ', words)}\n{output}\n{await errors}");
            return output;
        }
    }

    // By name, as a pattern of the requests that are for it.
    private static Dictionary<string, Regex> Operations(string document) => (
        from path in JsonNode.Parse(document)!["paths"]!.AsObject()
        from operation in path.Value!.AsObject()
        select (
            operation.Value!["operationId"]!.GetValue<string>(),
            new Regex($"^{operation.Key.ToUpperInvariant()} {Regex.Replace(path.Key, "\\{[^}]+\\}", "[^/]+")}$"))
        ).ToDictionary();

    private static IEnumerable<string> Called(string document, IEnumerable<string> requests) => (
        from request in requests
        from operation in Operations(document)
        where operation.Value.IsMatch(request)
        select operation.Key).Distinct();
}
