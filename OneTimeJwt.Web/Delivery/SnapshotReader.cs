using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using OneTimeJwt.Web.Accounts;
using OneTimeJwt.Web.Audit;
using OneTimeJwt.Web.Database;
using OneTimeJwt.Web.Links;
using OneTimeJwt.Web.Outbox;

namespace OneTimeJwt.Web.Delivery;

/// <summary>Reads what the database says of mails that are to be delivered, and of their accounts.</summary>
internal sealed class SnapshotReader(
    IDbContextFactory<AccountsContext> contexts,
    LinkPurposes purposes,
    MailRateLimiter budgets,
    SecurityNotices notices,
    AccountLookup lookup,
    IOptions<RecoverySettings> recovery,
    TimeProvider time)
{
    // Tokens are minted from what was read; a mail that had to wait longer is read for again.
    private static readonly TimeSpan StaysFresh = TimeSpan.FromSeconds(1);

    private static readonly RecoveryEventKind[] SignsOfArrival =
    [
        RecoveryEventKind.Opened,
        RecoveryEventKind.Refused,
        RecoveryEventKind.MailDelivered,
        RecoveryEventKind.MailBounced,
        RecoveryEventKind.MailDropped,
        .. RecoveryEvent.Uses,
    ];

    public bool IsFresh(DeliverySnapshot snapshot) => time.GetElapsedTime(snapshot.At) <= StaysFresh;

    public async Task<DeliverySnapshot> ReadAsync(IReadOnlyCollection<OutboxMail> mails, CancellationToken cancellationToken)
    {
        var at = time.GetTimestamp();
        var ids = mails.Select(mail => mail.AccountId).Distinct().ToList();
        await using var database = await contexts.CreateDbContextAsync(cancellationToken);
        await database.Database.OpenConnectionAsync(cancellationToken);
        var accounts = await database
            .Users.AsNoTracking()
            .Where(account => ids.Contains(account.Id))
            .ToDictionaryAsync(account => account.Id, cancellationToken);
        var recipients = Recipients(mails, accounts);
        var limited = mails
            .Where(mail => purposes.IsRequest(mail.Kind) && recipients.ContainsKey(mail.Id))
            .Select(mail => recipients[mail.Id])
            .ToHashSet();
        var recent = await budgets.ReadAsync(database, limited, cancellationToken);

        var elsewhere = recovery.Value.AllowExternalOnly
            ? []
            : accounts.Values.Where(account => !account.HasPassword).Select(account => account.Id).ToList();
        var providers =
            elsewhere.Count == 0
                ? []
                : await database
                    .UserLogins.Where(login => elsewhere.Contains(login.UserId))
                    .Select(login => new { login.UserId, Name = login.ProviderDisplayName ?? login.LoginProvider })
                    .ToListAsync(cancellationToken);
        return new DeliverySnapshot(at, accounts, recipients, recent, providers.ToLookup(login => login.UserId, login => login.Name));
    }

    /// <summary>Whether the address that the account wants is another account's.</summary>
    public async Task<bool> IsTakenAsync(OutboxMail mail, Account account)
    {
        if (purposes.OfMail(mail.Kind)?.WantedAddress(account) is not { } wanted)
            return false;

        await using var database = await contexts.CreateDbContextAsync();
        return await lookup.IsTakenAsync(database, account, wanted);
    }

    /// <summary>Nobody needs a copy whose link was opened since, or whose fate was reported.</summary>
    public async Task<bool> HasArrivedAsync(OutboxMail mail, CancellationToken cancellationToken)
    {
        if (mail.UnansweredAt is null)
            return false;

        await using var database = await contexts.CreateDbContextAsync(cancellationToken);
        var lines = database.Trail.Where(line => line.MailId == mail.Id);
        return await database.Trail.AnyAsync(
            line => SignsOfArrival.Contains(line.Kind)
                && (line.MailId == mail.Id || lines.Any(mailed => mailed.Nonce != null && mailed.Nonce == line.Nonce)),
            cancellationToken);
    }

    private Dictionary<Guid, string> Recipients(IEnumerable<OutboxMail> mails, Dictionary<string, Account> accounts)
    {
        var recipients = new Dictionary<Guid, string>();
        foreach (var mail in mails)
        {
            if (accounts.TryGetValue(mail.AccountId!, out var account) && RecipientOf(mail, account) is { Length: > 0 } address)
                recipients[mail.Id] = budgets.Recipient(address);
        }

        return recipients;
    }

    private string? RecipientOf(OutboxMail mail, Account account) =>
        purposes.OfMail(mail.Kind)?.WantedAddress(account) ?? notices.AddressOf(mail, account);
}
