using Microsoft.Data.Sqlite;

namespace OneTimeJwt.Web.Data;

internal static class SqliteFile
{
    /// <summary>The connection string with its path made absolute below the content root, and its folder made.</summary>
    public static string Locate(string? connectionString, string contentRoot)
    {
        var builder = new SqliteConnectionStringBuilder(connectionString);
        if (builder.DataSource.Length == 0)
            builder.DataSource = Path.Combine("App_Data", "accounts.db");

        builder.DataSource = Path.GetFullPath(builder.DataSource, contentRoot);
        Directory.CreateDirectory(Path.GetDirectoryName(builder.DataSource)!);
        return builder.ToString();
    }
}
