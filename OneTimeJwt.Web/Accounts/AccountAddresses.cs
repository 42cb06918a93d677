namespace OneTimeJwt.Web.Accounts;

/// <summary>The address of an account that is being changed, and the user name with it.</summary>
internal sealed class AccountAddresses(
    AccountsContext database, AccountLookup lookup, AdoptedDatabase adopted, IOptions<AccountsSettings> settings)
{
    public bool Has(Account account, string address) => lookup.HasAddress(account.Email, address);

    /// <summary>Whether another account has that address.</summary>
    public Task<bool> IsTakenAsync(Account account, string address) => lookup.IsTakenAsync(database, account, address);

    /// <summary>Gives the account another address, and the user name where that was the address and follows it.</summary>
    public async Task RenameAsync(Account account, string address, bool mayRename = true)
    {
        var normalized = lookup.NormalizeLike(account.NormalizedEmail, account.Email, address);
        if (mayRename
            && account.NormalizedUserName is not null
            && account.NormalizedUserName == account.NormalizedEmail
            && await UserNameFollowsAsync())
            (account.UserName, account.NormalizedUserName) = (address, normalized);
        (account.Email, account.NormalizedEmail) = (address, normalized);
    }

    /// <summary>Leaves the account without an address; where the database wants one, with one that no mail can reach (RFC 2606).</summary>
    public void TakeAway(Account account)
    {
        account.Email = database.Identity.Find("Email") is { IsRequired: true } ? $"{account.Id}@address.invalid" : null;
        account.NormalizedEmail = account.Email?.ToUpperInvariant();
    }

    // Unless set, not where another application may keep rows by user name.
    private async Task<bool> UserNameFollowsAsync() =>
        settings.Value.UserNameFollowsAddress ?? !await adopted.IsAsync(CancellationToken.None);
}
