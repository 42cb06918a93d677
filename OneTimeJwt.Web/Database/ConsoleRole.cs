namespace OneTimeJwt.Web.Database;

/// <summary>What an account may do in the console; the higher includes the lower. Stored by name: names stay as they are.</summary>
public enum ConsoleRole
{
    /// <summary>Sees the trail and nothing else.</summary>
    Auditor,
    Support,
    Admin,
}
