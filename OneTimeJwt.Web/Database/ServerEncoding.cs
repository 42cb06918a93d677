using System.Data.Common;
using System.Text;
using Npgsql;

namespace OneTimeJwt.Web.Database;

/// <summary>
/// What a PostgreSQL database stores text in. In most it is UTF-8, which holds every character; others refuse a statement
/// that has a character beyond theirs (22P05), a look-up too.
/// </summary>
/// <remarks>https://www.postgresql.org/docs/current/multibyte.html, Table 24.1</remarks>
internal static class ServerEncoding
{
    /// <summary>Stands for a character that can't be stored. No name and no address has it, so that a look-up finds nothing.</summary>
    public const char Missing = '\u001A';

    // .NET has no table for the others (EUC_TW, EUC_JIS_2004, LATIN6, LATIN8, LATIN10, MULE_INTERNAL).
    private static readonly Dictionary<string, Encoding> Known = new[]
    {
        ("LATIN1", 28591), ("LATIN2", 28592), ("LATIN3", 28593), ("LATIN4", 28594), ("LATIN5", 28599), ("LATIN7", 28603), ("LATIN9", 28605),
        ("ISO_8859_5", 28595), ("ISO_8859_6", 28596), ("ISO_8859_7", 28597), ("ISO_8859_8", 28598),
        ("WIN866", 866), ("WIN874", 874), ("WIN1250", 1250), ("WIN1251", 1251), ("WIN1252", 1252), ("WIN1253", 1253), ("WIN1254", 1254),
        ("WIN1255", 1255), ("WIN1256", 1256), ("WIN1257", 1257), ("WIN1258", 1258), ("KOI8R", 20866), ("KOI8U", 21866),
        ("EUC_JP", 51932), ("EUC_CN", 20936), ("EUC_KR", 51949),
    }.ToDictionary(pair => pair.Item1, pair => Find(pair.Item2), StringComparer.Ordinal);

    // What .NET's tables have and PostgreSQL's don't, besides control characters; a test compares them.
    private static readonly Dictionary<string, string> Lacking = new(StringComparer.Ordinal)
    {
        ["ISO_8859_7"] = "\u02BC\u02BD",
        ["ISO_8859_8"] = "\u203E",
        ["WIN1255"] = "\u05BA",
        ["KOI8U"] = "\u040E\u045E",
        ["EUC_KR"] = "\uB2D6",
    };

    /// <summary>The encodings whose characters are known here.</summary>
    public static IReadOnlyCollection<string> Names => Known.Keys;

    /// <returns>Null where it isn't PostgreSQL.</returns>
    public static string? NameOf(DbConnection open) =>
        (open as NpgsqlConnection)?.PostgresParameters.GetValueOrDefault("server_encoding");

    /// <returns>The text, with <paramref name="missing"/> in the place of what the database can't store.</returns>
    public static string Fit(DbConnection open, string text, char missing = Missing) =>
        !Ascii.IsValid(text) && NameOf(open) is { } name ? Fit(name, text, missing) : text;

    public static string Fit(string encoding, string text, char missing = Missing)
    {
        if (!Known.TryGetValue(encoding, out var known))
            return text;

        var lacking = Lacking.GetValueOrDefault(encoding, "");
        return string.Concat(known.GetString(known.GetBytes(text)).Select(c =>
            c == Missing || (c > '\x7F' && char.IsControl(c)) || lacking.Contains(c, StringComparison.Ordinal) ? missing : c));
    }

    /// <returns>What it means that the database isn't in UTF-8; null where it is.</returns>
    public static async Task<string?> NoteAsync(AccountsContext database)
    {
        if (database is not PostgreSqlAccounts)
            return null;

        var encoding = await database.Database.SqlQuery<string>($"""SELECT current_setting('server_encoding') AS "Value" """)
            .SingleAsync();
        return encoding switch
        {
            "UTF8" => null,
            "SQL_ASCII" => "This database is in SQL_ASCII, which takes any bytes for text: "
                + "rows that another application wrote in something other than UTF-8 can't be read, and their accounts get no link.",
            _ => $"This database is in {encoding}: addresses and names with characters beyond it can't be found in it or stored. "
                + "One in UTF8 holds them all.",
        };
    }

    private static Encoding Find(int codePage)
    {
        var (encoder, decoder) = (new EncoderReplacementFallback(Missing.ToString()), new DecoderReplacementFallback(Missing.ToString()));
        return CodePagesEncodingProvider.Instance.GetEncoding(codePage, encoder, decoder)
            ?? Encoding.GetEncoding(codePage, encoder, decoder);
    }
}
