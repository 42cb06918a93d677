using Microsoft.Data.Sqlite;

namespace OneTimeJwt.E2E.Infrastructure;

/// <summary>Looks into an app's database from outside, as an operator would.</summary>
internal static class DatabaseFile
{
    /// <summary>The one value that a query of a test's own comes to.</summary>
    public static async Task<T> AskAsync<T>(RunningApp app, string sql, TestAccount? account = null)
    {
        await using var database = await OpenAsync(app);
        await using var command = database.CreateCommand();
#pragma warning disable CA2100 // Constants of the tests.
        command.CommandText = sql;
#pragma warning restore CA2100
        command.Parameters.AddWithValue("$email", account?.Email ?? "");
        return (T)(await command.ExecuteScalarAsync())!;
    }

    /// <summary>Keeps every other process from writing until it is disposed of.</summary>
    public static async Task<IAsyncDisposable> HoldAsync(RunningApp app)
    {
        var database = await OpenAsync(app);
        await using var command = database.CreateCommand();
        command.CommandText = "BEGIN IMMEDIATE";
        await command.ExecuteNonQueryAsync();
        return database;
    }

    public static async Task<SqliteConnection> OpenAsync(RunningApp app)
    {
        var database = new SqliteConnection($"Data Source={app.Database};Pooling=False");
        await database.OpenAsync();
        return database;
    }
}
