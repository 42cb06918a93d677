using System.Data.Common;
using System.Text;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace OneTimeJwt.Web.Database;

/// <summary>
/// PostgreSQL takes no NUL and no unpaired surrogate, and people type anything. What goes there is made storable in one
/// place: each such character becomes U+FFFD, which no stored name has, so that a look-up finds nothing. What the
/// database's encoding lacks is replaced in look-ups only (<see cref="ServerEncoding"/>): a row with it is refused.
/// </summary>
internal sealed class TextSanitizer : DbCommandInterceptor
{
    private const char Replacement = '\uFFFD';

    public override DbCommand CommandInitialized(CommandEndEventData eventData, DbCommand result)
    {
        Replace(result, Mend);
        return result;
    }

    // The connection is open by now, and knows its database.
    public override ValueTask<InterceptionResult<DbDataReader>> ReaderExecutingAsync(
        DbCommand command,
        CommandEventData eventData,
        InterceptionResult<DbDataReader> result,
        CancellationToken cancellationToken = default)
    {
        if (eventData.CommandSource is CommandSource.LinqQuery or CommandSource.FromSqlQuery)
            Replace(command, text => ServerEncoding.Fit(command.Connection!, text));
        return ValueTask.FromResult(result);
    }

    private static void Replace(DbCommand command, Func<string, string> mend)
    {
        foreach (DbParameter parameter in command.Parameters)
        {
            parameter.Value = parameter.Value switch
            {
                string text => mend(text),
                IList<string?> texts when texts.Any(text => text is not null && mend(text) != text) =>
                    texts.Select(text => text is null ? null : mend(text)).ToArray(),
                var other => other,
            };
        }
    }

    public static string Mend(string text) => IsStorable(text) ? text : Whole(text).Replace('\0', Replacement);

    // Decoding what was encoded puts the replacement in the place of halves.
    private static string Whole(string text) => Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text));

    private static bool IsStorable(string text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (
                text[i] == '\0'
                || (
                    char.IsSurrogate(text[i]) && !(char.IsHighSurrogate(text[i]) && i + 1 < text.Length && char.IsLowSurrogate(text[++i]))))
                return false;
        }

        return true;
    }
}
