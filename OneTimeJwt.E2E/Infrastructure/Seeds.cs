using System.Globalization;
using System.Text.Json;

namespace OneTimeJwt.E2E.Infrastructure;

/// <summary>Accounts to test with: those of the settings file, and throw-away ones so that no two tests share an account.</summary>
internal static class Seeds
{
    // Arrays of settings merge by index; the file's own stay below this one.
    private const int FirstIndex = 100;

    /// <summary>What the top-level appsettings.Development.json seeds.</summary>
    public static IReadOnlyList<TestAccount> OfFile()
    {
        using var file = JsonDocument.Parse(File.ReadAllText(Repository.DevelopmentSettings));
        return file.RootElement.GetProperty("Seed").GetProperty("Accounts").Deserialize<List<TestAccount>>()!;
    }

    public static IReadOnlyList<TestAccount> ThrowAway(int ordinary, int twoFactor = 0, int admins = 0) =>
    [
        .. Make(ordinary, "person", (email, password) => new TestAccount { Email = email, Password = password }),
        .. Make(twoFactor, "careful", (email, password) => new TestAccount
        {
            Email = email,
            Password = password,
            AuthenticatorKey = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ",
            RecoveryCodes = ["B7NQT-K2MPX", "V9CDR-4HJWF"],
        }),
        .. Make(admins, "admin", (email, password) => new TestAccount { Email = email, Password = password, Roles = ["Recovery.Admin"] }),
    ];

    public static Dictionary<string, string> AsSettings(IReadOnlyList<TestAccount> accounts)
    {
        var settings = new Dictionary<string, string>();
        foreach (var (i, account) in accounts.Index())
        {
            var prefix = string.Create(CultureInfo.InvariantCulture, $"Seed__Accounts__{FirstIndex + i}__");
            settings[prefix + "Email"] = account.Email;
            settings[prefix + "Password"] = account.Password;
            if (account.AuthenticatorKey is { } key)
                settings[prefix + "AuthenticatorKey"] = key;
            foreach (var (j, code) in account.RecoveryCodes.Index())
                settings[string.Create(CultureInfo.InvariantCulture, $"{prefix}RecoveryCodes__{j}")] = code;
            foreach (var (j, role) in account.Roles.Index())
                settings[string.Create(CultureInfo.InvariantCulture, $"{prefix}Roles__{j}")] = role;
        }

        return settings;
    }

    private static IEnumerable<TestAccount> Make(int count, string name, Func<string, string, TestAccount> make) =>
        Enumerable.Range(1, count).Select(i =>
            make(string.Create(CultureInfo.InvariantCulture, $"{name}-{i}@example.org"), $"seven loud foghorns {Guid.NewGuid():N}"));
}
