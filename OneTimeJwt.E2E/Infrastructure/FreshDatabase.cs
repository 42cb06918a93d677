using Microsoft.Data.Sqlite;

namespace OneTimeJwt.E2E.Infrastructure;

/// <summary>What the first app has made of an empty file, for those that come later: to make it takes each of them seconds.</summary>
internal static class FreshDatabase
{
    // The keys in it can be read with the first app's server secret alone.
    private const string Clean = "DELETE FROM RecoveryKeyRing; PRAGMA journal_mode=WAL;";

    private static string? _file;

    public static async Task KeepAsync(RunningApp app)
    {
        var file = Path.GetTempFileName();
        await using (var copy = new SqliteConnection($"Data Source={file};Pooling=False"))
        {
            await using var original = await DatabaseFile.OpenAsync(app);
            await copy.OpenAsync();
            original.BackupDatabase(copy);
            await using var command = copy.CreateCommand();
            command.CommandText = Clean;
            await command.ExecuteNonQueryAsync();
        }

        _file = file;
    }

    public static void CopyTo(string database)
    {
        if (_file is not null)
            File.Copy(_file, database);
    }

    public static void Forget()
    {
        if (_file is not null)
            File.Delete(_file);
        _file = null;
    }
}
