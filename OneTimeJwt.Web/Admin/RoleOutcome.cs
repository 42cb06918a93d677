namespace OneTimeJwt.Web.Admin;

/// <summary>The outcome of granting or removing a role.</summary>
public enum RoleOutcome
{
    Done,

    /// <summary>It was so before.</summary>
    Unchanged,

    /// <summary>No account would be left with all rights.</summary>
    LastAdmin,
}
