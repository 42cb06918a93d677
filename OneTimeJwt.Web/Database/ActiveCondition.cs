using System.Globalization;
using System.Text.RegularExpressions;

namespace OneTimeJwt.Web.Database;

/// <summary>A condition on a column of the users table: its value is one of these, or none of them.</summary>
internal sealed partial record ActiveCondition(string Column, bool IsNegated, IReadOnlyList<ActiveValue> Values)
{
    /// <returns>Null where it can't be read.</returns>
    public static ActiveCondition? Parse(string text)
    {
        var match = Form().Match(text);
        if (!match.Success)
            return null;

        return new ActiveCondition(
            match.Groups["column"].Value,
            match.Groups["not"].Success || match.Groups["unequal"].Success,
            [.. match.Groups["value"].Captures.Select(value => ActiveValue.Of(value.Value))]);
    }

    /// <param name="column">The column's name in the database, delimited.</param>
    /// <param name="type">Its type.</param>
    /// <param name="database">The provider.</param>
    /// <returns>A condition in SQL that a null fulfils only where <c>null</c> is among the values; nothing where a value isn't one of
    /// the column's type.</returns>
    public string? Sql(string column, string type, DatabaseProvider database)
    {
        var literals = Values.Where(value => !value.IsNull).Select(value => Literal(value, type, database)).ToList();
        if (literals.Contains(null))
            return null;

        var hasNull = Values.Any(value => value.IsNull);
        var among = literals.Count > 0 ? $"{column} {(IsNegated ? "NOT IN" : "IN")} ({string.Join(", ", literals)})" : null;
        var onNull = $"{column} IS {(IsNegated ? "NOT " : "")}NULL";
        return (among, hasNull) switch
        {
            (null, _) => onNull,
            (_, false) when IsNegated => $"({among} OR {column} IS NULL)",
            (_, false) => among,
            _ => IsNegated ? $"({among} AND {onNull})" : $"({among} OR {onNull})",
        };
    }

    private static string? Literal(ActiveValue given, string type, DatabaseProvider database)
    {
        var value = given.Text;
        var kind = type.Split('(')[0].Trim().ToLowerInvariant();
        var isFlag = bool.TryParse(value, out var flag);
        if (kind is "boolean" or "bool" or "bit" || (isFlag && IsNumeric(kind)))
        {
            return !isFlag && value is not ("0" or "1") ? null
                : database == DatabaseProvider.PostgreSql && kind is "boolean" ? (flag || value == "1" ? "TRUE" : "FALSE")
                : flag || value == "1" ? "1" : "0";
        }

        if (IsNumeric(kind))
        {
            return long.TryParse(value, CultureInfo.InvariantCulture, out var number)
                ? number.ToString(CultureInfo.InvariantCulture)
                : null;
        }

        return IdentityMap.Literal(value, database);
    }

    private static bool IsNumeric(string kind) => kind is "integer" or "int" or "bigint" or "smallint" or "tinyint" or "numeric";

    [GeneratedRegex(
        """
        \A\s*"?(?<column>[\p{L}_][\p{L}\p{N}_]*)"?\s*(?:
            (?:=|(?<unequal><>|!=))\s*(?<value>'(?:[^']|'')*'|[^\s'(),=<>]+)
            |\s(?<not>not\s+)?in\s*\(\s*(?<value>'(?:[^']|'')*'|[^\s'(),]+)(?:\s*,\s*(?<value>'(?:[^']|'')*'|[^\s'(),]+))*\s*\)
        )\s*\z
        """,
        RegexOptions.IgnoreCase | RegexOptions.IgnorePatternWhitespace)]
    private static partial Regex Form();
}

/// <summary>A value of a condition; in quotes it is a text, whatever it says.</summary>
internal sealed record ActiveValue(string Text, bool IsNull)
{
    public static ActiveValue Of(string written) => written is ['\'', .. var inner, '\'']
        ? new ActiveValue(inner.Replace("''", "'", StringComparison.Ordinal), IsNull: false)
        : new ActiveValue(written, written.Equals("null", StringComparison.OrdinalIgnoreCase));
}
