namespace OneTimeJwt.Web.Database;

/// <summary>Whether the application that made an account lets it sign in: see <see cref="IdentitySettings.Active"/>.</summary>
public sealed class AccountStanding
{
    public string AccountId { get; private set; } = "";

    public bool IsInactive { get; private set; }

    /// <summary>Whether it is inactive and another account of its address isn't: what was deleted and made again is one account.</summary>
    public bool IsTwin { get; private set; }
}
