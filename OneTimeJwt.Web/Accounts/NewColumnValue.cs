using System.Data.Common;
using System.Globalization;
using System.Text.RegularExpressions;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Storage;
using Npgsql;
using NpgsqlTypes;

namespace OneTimeJwt.Web.Accounts;

/// <summary>
/// A configured text as a value of its column. PostgreSQL and SQL Server convert it by the column's type; SQLite would
/// store any text in any column, so there it is converted here, by the column's affinity.
/// </summary>
internal static partial class NewColumnValue
{
    private const string Email = "{email}";
    private const string Now = "{now}";
    private const string NewGuid = "{newguid}";

    /// <summary>What is filled in for each account.</summary>
    public static IReadOnlyList<string> Places { get; } = [Email, Now, NewGuid];

    public static bool CanBeRead(string? text) => text is not null && (Places.Contains(text) || !Place().IsMatch(text));

    /// <summary>Whether each account gets another value, whose length is known with the account only.</summary>
    public static bool IsOfAccount(string text) => text == Email;

    /// <param name="text">As it stands in the settings.</param>
    /// <param name="address">The new account's.</param>
    /// <param name="now">In the form that Entity Framework reads and writes on the provider.</param>
    /// <param name="database">The provider.</param>
    public static string Fill(string text, string address, DateTimeOffset now, AccountsContext database) => text switch
    {
        Email => address,
        Now when database is SqliteAccounts => now.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss.fff", CultureInfo.InvariantCulture),
        Now => now.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture),
        NewGuid when database is SqliteAccounts => Guid.NewGuid().ToString().ToUpperInvariant(),
        NewGuid => Guid.NewGuid().ToString(),
        _ => text,
    };

    /// <returns>Null where the column can't hold the text.</returns>
    public static DbParameter? Parameter(AccountsContext database, DbCommand command, string name, SchemaColumn column, string text)
    {
        // Of no type: the server takes the column's.
        if (database is PostgreSqlAccounts)
            return new NpgsqlParameter(name, NpgsqlDbType.Unknown) { Value = text };

        var value = database is SqliteAccounts ? ForSqlite(column.Type.ToUpperInvariant(), text) : text;
        return value is null
            ? null
            : database.GetService<IRelationalTypeMappingSource>().FindMapping(value.GetType())!.CreateParameter(command, name, value);
    }

    // https://www.sqlite.org/datatype3.html#determination_of_column_affinity
    private static object? ForSqlite(string type, string text)
    {
        if (Has("INT"))
            return Integer(text);
        if (type.Length == 0 || Has("CHAR", "CLOB", "TEXT"))
            return text;
        if (Has("BLOB"))
            return null;
        if (Has("REAL", "FLOA", "DOUB"))
            return double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var real) ? real : null;
        if (Has("BOOL") || type == "BIT")
            return Integer(text) is long and (0L or 1L) and var flag ? flag : null;
        if (Has("DATE", "TIME"))
            return DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, out _) ? text : null;
        if (Has("NUM", "DEC", "MONEY"))
            return decimal.TryParse(text, NumberStyles.Number, CultureInfo.InvariantCulture, out _) ? text : null;
        return text;

        bool Has(params string[] parts) => Array.Exists(parts, part => type.Contains(part, StringComparison.Ordinal));
    }

    private static long? Integer(string text) =>
        bool.TryParse(text, out var flag) ? (flag ? 1L : 0L)
        : long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number
        : null;

    [GeneratedRegex(@"\A\{[a-z]+\}\z", RegexOptions.IgnoreCase)]
    private static partial Regex Place();
}
