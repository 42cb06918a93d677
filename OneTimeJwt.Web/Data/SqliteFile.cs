using Microsoft.Data.Sqlite;

namespace OneTimeJwt.Web.Data;

internal static class SqliteFile
{
    private const int DriversTimeout = 30;
    private const int LockPatience = 8;

    /// <summary>The connection string with its path made absolute below the content root, and its folder made.</summary>
    public static string Locate(string? connectionString, string contentRoot)
    {
        var builder = new SqliteConnectionStringBuilder(connectionString);
        if (builder.DataSource.Length == 0)
            builder.DataSource = Path.Combine("App_Data", "accounts.db");

        // Who waits for another process is told to come back sooner than browsers give up.
        if (builder.DefaultTimeout == DriversTimeout)
            builder.DefaultTimeout = LockPatience;

        // A file that goes away while the app runs must not be replaced by an empty one.
        if (builder.Mode == SqliteOpenMode.ReadWriteCreate)
            builder.Mode = SqliteOpenMode.ReadWrite;

        builder.DataSource = Path.GetFullPath(builder.DataSource, contentRoot);
        Directory.CreateDirectory(Path.GetDirectoryName(builder.DataSource)!);
        return builder.ToString();
    }
}
