using System.Data;
using System.Globalization;
using System.Linq.Expressions;
using System.Reflection;
using Microsoft.EntityFrameworkCore.Query.SqlExpressions;
using Microsoft.EntityFrameworkCore.Storage;
using Microsoft.EntityFrameworkCore.Storage.ValueConversion;

namespace OneTimeJwt.Web.Database;

/// <summary>
/// An account's id is a text everywhere but in the columns that are joined with the users table. A text that is no key of the
/// column's type, such as what somebody typed, becomes one that no account has.
/// </summary>
internal static class AccountKey
{
    /// <summary>The code of Identity's error where the database gives new accounts their ids.</summary>
    public const string IsNumbered = nameof(IsNumbered);

    // Drawn when the process starts, so that nobody can have made an account with it.
    private static readonly Guid NoGuid = Guid.NewGuid();

    /// <summary><see cref="Text"/>, for expressions that are made by hand.</summary>
    public static MethodInfo TextMethod { get; } = typeof(AccountKey).GetMethod(nameof(Text))!;

    public static ValueConverter? Converter(AccountKeyType type) => type switch
    {
        AccountKeyType.Guid => new ValueConverter<string, Guid>(text => ToGuid(text), key => key.ToString()),
        AccountKeyType.Int32 => new ValueConverter<string, int>(text => ToInt32(text), key => FromInt64(key)),
        AccountKeyType.Int64 => new ValueConverter<string, long>(text => ToInt64(text), key => FromInt64(key)),
        _ => null,
    };

    /// <summary>The key as a parameter of a query that is written by hand.</summary>
    public static object Value(AccountKeyType type, string id) => Converter(type)?.ConvertToProvider(id) ?? id;

    /// <summary>In queries: the key as a text, for comparisons with columns of text.</summary>
    public static string Text(string id) => id;

    public static void AddText(ModelBuilder builder, AccountKeyType type, bool isLowerCase) => builder
        .HasDbFunction(TextMethod)
        .HasTranslation(arguments =>
        {
            if (type == AccountKeyType.String)
                return arguments[0];

            var text = new SqlUnaryExpression(ExpressionType.Convert, arguments[0], typeof(string), TextMapping);
            return type != AccountKeyType.Guid || isLowerCase
                ? text
                : new SqlFunctionExpression("LOWER", [text], nullable: true, [true], typeof(string), TextMapping);
        });

    private static StringTypeMapping TextMapping { get; } = new("varchar(36)", DbType.String, unicode: false, size: 36);

    private static Guid ToGuid(string text) => Guid.TryParse(text, out var key) ? key : NoGuid;

    private static int ToInt32(string text) =>
        int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var key) ? key : int.MinValue;

    private static long ToInt64(string text) =>
        long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var key) ? key : long.MinValue;

    private static string FromInt64(long key) => key.ToString(CultureInfo.InvariantCulture);
}
