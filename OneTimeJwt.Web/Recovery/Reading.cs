using OneTimeJwt.Web.Data;

namespace OneTimeJwt.Web.Recovery;

/// <summary>What the database says of the accounts of some mails.</summary>
/// <param name="At">The timestamp from just before it was read.</param>
/// <param name="Accounts">By id.</param>
/// <param name="Mailed">How many mails an account got within the budget's window, those that admins asked for apart.</param>
/// <param name="Providers">Where accounts without a password sign in, where that keeps a link from them.</param>
internal sealed record Reading(
    long At,
    IReadOnlyDictionary<string, Account> Accounts,
    IReadOnlyDictionary<(string AccountId, bool ByAdmin), int> Mailed,
    ILookup<string, string> Providers)
{
    public static Reading Nothing { get; } =
        new(0, new Dictionary<string, Account>(), new Dictionary<(string, bool), int>(), Array.Empty<string>().ToLookup(name => name));

    public Account? Of(OutboxMail mail) => Accounts.GetValueOrDefault(mail.AccountId!);

    public int MailedLately(OutboxMail mail) => Mailed.GetValueOrDefault((mail.AccountId!, mail.RequestedBy is not null));

    public IReadOnlyList<string> ProvidersOf(OutboxMail mail) => [.. Providers[mail.AccountId!]];
}
