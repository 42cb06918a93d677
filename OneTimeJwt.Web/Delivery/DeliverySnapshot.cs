using OneTimeJwt.Web.Database;
using OneTimeJwt.Web.Links;
using OneTimeJwt.Web.Outbox;

namespace OneTimeJwt.Web.Delivery;

/// <summary>What the database says of the accounts of some mails.</summary>
/// <param name="At">The timestamp from just before it was read.</param>
/// <param name="Accounts">By id.</param>
/// <param name="Recipients">The recipient of each mail, by the mail's id.</param>
/// <param name="Recent">What their recipients were sent on request within the budget's window.</param>
/// <param name="Providers">Where accounts without a password sign in, where that keeps a link from them.</param>
internal sealed record DeliverySnapshot(
    long At,
    IReadOnlyDictionary<string, Account> Accounts,
    IReadOnlyDictionary<Guid, string> Recipients,
    ILookup<BudgetKey, RecentMail> Recent,
    ILookup<string, string> Providers)
{
    public static DeliverySnapshot Nothing { get; } =
        new(
            0,
            new Dictionary<string, Account>(),
            new Dictionary<Guid, string>(),
            Array.Empty<BudgetKey>().ToLookup(key => key, _ => new RecentMail(null, default)),
            Array.Empty<string>().ToLookup(name => name));

    public Account? Of(OutboxMail mail) => Accounts.GetValueOrDefault(mail.AccountId!);

    /// <summary>Null where the account is gone or no address is known.</summary>
    public string? RecipientOf(OutboxMail mail) => Recipients.GetValueOrDefault(mail.Id);

    public IReadOnlyList<string> ProvidersOf(OutboxMail mail) => [.. Providers[mail.AccountId!]];
}
