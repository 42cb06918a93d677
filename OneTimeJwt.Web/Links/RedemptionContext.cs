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
    AccountAddresses addresses,
    IOptions<TokenSettings> settings,
    TimeProvider time)
{
    public DateTimeOffset Now => time.GetUtcNow();

    public AccountAddresses Addresses => addresses;

    public TokenLifetimes Lifetimes => settings.Value.Lifetimes;

    public void TakePasswordAway(Account account) => unusable.Replace(account);

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
