using System.Text.Json;

namespace OneTimeJwt.E2E.Infrastructure;

/// <summary>The accounts of the top-level appsettings.Development.json, which the app and this suite both read, or
/// those of another file of that form.</summary>
internal static class Seeds
{
    public const string File = "E2E_ACCOUNTS_FILE";

    public static IReadOnlyList<TestAccount> Read() => Read(Repository.DevelopmentSettings);

    /// <exception cref="InvalidOperationException">It can't be read; nothing of it is quoted, since there are passwords in it.</exception>
    public static IReadOnlyList<TestAccount> Read(string path)
    {
        try
        {
            using var file = JsonDocument.Parse(System.IO.File.ReadAllText(path));
            return file.RootElement.GetProperty("Seed").GetProperty("Accounts").Deserialize<List<TestAccount>>()!;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or JsonException or KeyNotFoundException)
        {
            throw new InvalidOperationException(
                $"{File} is '{path}', which can't be read: write a JSON file with Seed:Accounts as appsettings.Development.json has them.");
        }
    }
}
