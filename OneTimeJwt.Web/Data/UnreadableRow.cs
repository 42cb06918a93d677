using System.Data.Common;

namespace OneTimeJwt.Web.Data;

/// <summary>
/// A row holds what Identity's types can't: a date beyond the calendar, a number beyond 32 bits, bytes that are no text in
/// the database's encoding. Another application wrote it, and no try reads it; others must not wait for it.
/// </summary>
internal static class UnreadableRow
{
    // https://www.postgresql.org/docs/current/errcodes-appendix.html
    private const string NotInRepertoire = "22021";
    private const string Untranslatable = "22P05";

    public static bool Is(Exception fault) => fault.GetBaseException() is
        InvalidCastException or OverflowException or FormatException or ArgumentOutOfRangeException
        or DbException { SqlState: NotInRepertoire or Untranslatable };
}
