namespace OneTimeJwt.Web.Accounts;

/// <summary>Whether a user name that was the account's address follows a changed address.</summary>
internal sealed class UserNameRule(IOptions<AccountsSettings> settings, AdoptedDatabase adopted)
{
    /// <summary>Unless set, not where another application may keep rows by user name.</summary>
    public async Task<bool> FollowsAddressAsync() =>
        settings.Value.UserNameFollowsAddress ?? !await adopted.IsAsync(CancellationToken.None);
}
