using OneTimeJwt.Web.Links;
using OneTimeJwt.Web.Outbox;

namespace OneTimeJwt.Web.Delivery;

/// <summary>What the database says of the accounts of some mails.</summary>
/// <param name="At">The timestamp of the read's begin.</param>
/// <param name="Mails">The ids of those mails.</param>
/// <param name="Accounts">By id.</param>
/// <param name="Recipients">The recipient of each mail, by the mail's id.</param>
/// <param name="Recent">The requested mails that count against the recipients' limits.</param>
/// <param name="SoleAccounts">Ids by addresses that are no other account's.</param>
/// <param name="Providers">Where accounts sign in without a password and so get no link.</param>
internal sealed record DeliverySnapshot(
    long At,
    IReadOnlySet<Guid> Mails,
    IReadOnlyDictionary<string, Account> Accounts,
    IReadOnlyDictionary<Guid, string> Recipients,
    ILookup<BudgetKey, RecentMail> Recent,
    IReadOnlyDictionary<string, string> SoleAccounts,
    ILookup<string, string> Providers)
{
    public Account? Of(OutboxMail mail) => Accounts.GetValueOrDefault(mail.AccountId!);

    /// <summary>Null where the account is gone or no address is known.</summary>
    public string? RecipientOf(OutboxMail mail) => Recipients.GetValueOrDefault(mail.Id);

    public IReadOnlyList<string> ProvidersOf(OutboxMail mail) => [.. Providers[mail.AccountId!]];
}
