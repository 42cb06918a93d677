using System.Text.Json;

namespace OneTimeJwt.E2E.Infrastructure;

/// <summary>The accounts of the top-level appsettings.Development.json, which the app and this suite both read.</summary>
internal static class Seeds
{
    public static IReadOnlyList<TestAccount> Read()
    {
        using var file = JsonDocument.Parse(File.ReadAllText(Repository.DevelopmentSettings));
        return file.RootElement.GetProperty("Seed").GetProperty("Accounts").Deserialize<List<TestAccount>>()!;
    }
}
