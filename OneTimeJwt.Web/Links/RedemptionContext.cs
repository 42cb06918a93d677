using OneTimeJwt.Web.Outbox;
using OneTimeJwt.Web.SignIn;

namespace OneTimeJwt.Web.Links;

/// <summary>The ids of the accounts that get notices to admins.</summary>
public delegate Task<List<string>> FindAdmins(AccountsContext database);

/// <summary>
/// What purposes change an account with. Rows that belong to a change are added to the database context and written with the account.
/// </summary>
internal sealed class RedemptionContext(
    AccountsContext database,
    TypedAddress typed,
    FindAdmins findAdmins,
    UnusablePassword unusable,
    UserNameRule userNames,
    AccountLookup lookup,
    IOptions<TokenSettings> settings,
    TimeProvider time)
{
    public DateTimeOffset Now => time.GetUtcNow();

    public TokenLifetimes Lifetimes => settings.Value.Lifetimes;

    public void TakePasswordAway(Account account) => unusable.Replace(account);

    public bool HasAddress(Account account, string address) => lookup.HasAddress(account.Email, address);

    /// <summary>Whether another account has that address.</summary>
    public Task<bool> IsTakenAsync(Account account, string address) => lookup.IsTakenAsync(database, account, address);

    /// <summary>Gives the account another address, and the user name where that was the address and follows it.</summary>
    public async Task RenameAsync(Account account, string address, bool mayRename = true)
    {
        var normalized = lookup.NormalizeLike(account.NormalizedEmail, account.Email, address);
        if (mayRename
            && account.NormalizedUserName is not null
            && account.NormalizedUserName == account.NormalizedEmail
            && await userNames.FollowsAddressAsync())
            (account.UserName, account.NormalizedUserName) = (address, normalized);
        (account.Email, account.NormalizedEmail) = (address, normalized);
    }

    /// <summary>Leaves the account without an address; where the database wants one, with one that no mail can reach (RFC 2606).</summary>
    /// <returns>Where the fresh link goes instead.</returns>
    public string TakeAddressAway(Account account, string trusted)
    {
        account.Email = database.Identity.Find("Email") is { IsRequired: true } ? $"{account.Id}@address.invalid" : null;
        account.NormalizedEmail = account.Email?.ToUpperInvariant();
        return trusted;
    }

    /// <param name="kind">What the mail is.</param>
    /// <param name="accountId">Whose owner gets it.</param>
    /// <param name="client">The network address that the request came from.</param>
    /// <param name="to">The recipient, where that isn't the account's address.</param>
    public void AddMail(string kind, string accountId, string? client, string? to = null) =>
        database.Add(OutboxMail.ForUser(kind, accountId, client, Now, to is null ? null : typed.Protect(to)));

    public async Task AddNoticesToAdminsAsync(string kind, string aboutId, string? client)
    {
        foreach (var admin in await findAdmins(database))
            database.Add(OutboxMail.ForAdmin(kind, admin, Now, new(Actor: null, client, Now), aboutId));
    }
}
