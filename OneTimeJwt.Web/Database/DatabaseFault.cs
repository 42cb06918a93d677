namespace OneTimeJwt.Web.Database;

/// <summary>What a failure of the database is about: first those of the server, then those of what it was asked.</summary>
internal enum DatabaseFault
{
    /// <summary>Of the server, and none of those that have words of their own.</summary>
    Other,
    Away,
    NoPrimary,
    Slow,
    Busy,
    ReadOnly,
    ReadOnlyFile,
    Full,
    NoSignIn,
    Unconfirmed,
    NoRight,

    /// <summary>
    /// The row was changed since it was read, or one is there already where there can be one only. Whoever reads again and
    /// judges again is right to go on.
    /// </summary>
    Conflict,

    /// <summary>A column that must have a value was given none.</summary>
    MissingValue,

    /// <summary>A check, a foreign key, a length, a conversion or a trigger. Another try ends alike.</summary>
    Refused,

    /// <summary>
    /// A row holds what Identity's types can't: a date beyond the calendar, a number beyond 32 bits, bytes that are no text
    /// in the database's encoding. Another application wrote it, and no try reads it.
    /// </summary>
    Unreadable,

    /// <summary>The statement itself is wrong, or names what isn't there: a fault of this app, or of a changed schema.</summary>
    Statement,

    /// <summary>The server failed at this statement, and may do others.</summary>
    Failed,

    /// <summary>Nothing of a database.</summary>
    None,
}
