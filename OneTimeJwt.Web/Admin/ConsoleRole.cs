namespace OneTimeJwt.Web.Admin;

/// <summary>What an account may do in the console; the higher includes the lower.</summary>
public enum ConsoleRole
{
    Support,
    Admin,
}

/// <summary>The outcome of granting or removing a role.</summary>
public enum RoleOutcome
{
    Done,

    /// <summary>It was so before.</summary>
    Unchanged,

    /// <summary>Another application's role: it has members and was not made here.</summary>
    NotOurs,

    /// <summary>No account would be left with all rights.</summary>
    LastAdmin,
}
