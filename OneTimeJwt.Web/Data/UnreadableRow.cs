namespace OneTimeJwt.Web.Data;

/// <summary>
/// A row holds what Identity's types can't: a date beyond the calendar, a number beyond 32 bits. Another application wrote
/// it, and no try reads it; others must not wait for it.
/// </summary>
internal static class UnreadableRow
{
    public static bool Is(Exception fault) =>
        fault.GetBaseException() is InvalidCastException or OverflowException or FormatException or ArgumentOutOfRangeException;
}
