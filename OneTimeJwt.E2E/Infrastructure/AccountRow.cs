using Microsoft.Data.Sqlite;

namespace OneTimeJwt.E2E.Infrastructure;

/// <summary>Changes accounts as another application on the same database would: there is no page for it.</summary>
internal static class AccountRow
{
    public static Task ChangeAddressAsync(RunningApp app, TestAccount account, string address) =>
        UpdateAsync(app, account, "Email = $address, NormalizedEmail = upper($address)", ("$address", address));

    // What UserManager.SetTwoFactorEnabledAsync writes.
    public static Task TurnTwoFactorOnAsync(RunningApp app, TestAccount account) =>
        UpdateAsync(app, account, "TwoFactorEnabled = 1, SecurityStamp = $stamp", ("$stamp", Guid.NewGuid().ToString("N")));

    private static async Task UpdateAsync(RunningApp app, TestAccount account, string assignments, params (string Name, string Value)[] values)
    {
        await using var database = new SqliteConnection($"Data Source={app.Database};Pooling=False");
        await database.OpenAsync();
        await using var command = database.CreateCommand();
#pragma warning disable CA2100 // The assignments are the two constants above.
        command.CommandText = $"UPDATE AspNetUsers SET {assignments}, ConcurrencyStamp = $concurrency WHERE Email = $email";
#pragma warning restore CA2100
        command.Parameters.AddWithValue("$email", account.Email);
        command.Parameters.AddWithValue("$concurrency", Guid.NewGuid().ToString());
        foreach (var (name, value) in values)
            command.Parameters.AddWithValue(name, value);
        Assert.Equal(1, await command.ExecuteNonQueryAsync());
    }
}
